/* spec.h - what kind of relay a port of the sink is; sink.c says the words */

#ifndef BENCH_SPEC_H
#define BENCH_SPEC_H

#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct spec {
	bool	 implicit, starttls;
	bool	 chunking, pipelining;
	bool	 discard, mute;
	long	 slow;		/* milliseconds */
	long	 cap;		/* connections; 0: any number */
	bool	 cap421;
	long	 served;	/* connections now */
};

/* The number after this word, or 0. */
static inline long
spec_number(const char *words, const char *word)
{
	const char *p = strstr(words, word);

	return p == NULL ? 0 : strtol(p + strlen(word), NULL, 10);
}

static inline void
spec_read(struct spec *s, const char *words)
{
	s->implicit = strncmp(words, "tls", 3) == 0;
	s->starttls = strncmp(words, "starttls", 8) == 0;
	s->chunking = strstr(words, "-chunking") == NULL;
	s->pipelining = strstr(words, "-pipelining") == NULL;
	s->discard = strstr(words, "-discard") != NULL;
	s->mute = strstr(words, "-mute") != NULL;
	s->slow = spec_number(words, "-slow=");
	s->cap = spec_number(words, "-cap=");
	if ((s->cap421 = strstr(words, "-cap421=") != NULL))
		s->cap = spec_number(words, "-cap421=");
	if (!s->implicit && !s->starttls && strncmp(words, "clear", 5) != 0)
		errx(64, "%s: clear, starttls or tls", words);
}

#endif
