/* t_spool_note.c - how far a message has come */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "spool/note.h"
#include "tap.h"

#define TOP	"heloise-note 1 3\n"
#define FACTS	TOP "tries 2\nnext 1795255262\nsince 0\nheld no\n"
#define WHY	"why rcpt smtp 550 5.1.1 perm relay:25 RCPT No%20such%20user\n"

static void
three(struct envelope *e)
{
	envelope_from(e, "a@x.test");
	(void)envelope_add(e, "b@x.test");
	(void)envelope_add(e, "c@x.test");
	(void)envelope_add(e, "d@x.test");
}

static bool
same_fault(const struct fault *a, const struct fault *b)
{
	return a->stage == b->stage && a->domain == b->domain &&
	    a->code == b->code && a->verdict == b->verdict &&
	    memcmp(a->esc, b->esc, sizeof(a->esc)) == 0 &&
	    strcmp(a->what, b->what) == 0 &&
	    strcmp(a->command, b->command) == 0 &&
	    strcmp(a->text, b->text) == 0;
}

/* Every stage, domain and verdict there is, and words of all kinds. */
static void
test_faults(void)
{
	static const char *const texts[] = {
		"", "-", "No such user", "421 first\nsecond\tline", "100%",
		"end\nrcpt 0", "\303\266\303\244", "%0A",
	};
	struct envelope e = { 0 }, e2 = { 0 };
	struct fault f = { 0 };
	size_t i, bad = 0, n = 0;

	three(&e);
	three(&e2);
	for (i = 0; i < 20000; i++) {
		struct buf b = { .max = NOTE_MAX };
		struct note note = { .tries = 1 }, note2;
		struct fault *l = &note.last;

		fault_set(l, (enum stage)(i % ST__MAX),
		    (enum domain)(i / 7 % FD__MAX), (int)(i * 7919) - 500000,
		    (enum verdict)(1 + i % (VD__MAX - 1)), "%s",
		    texts[i % NITEMS(texts)]);
		fault_what(l, "%s", texts[i / 3 % NITEMS(texts)]);
		fault_command(l, "%s", texts[i / 5 % NITEMS(texts)]);
		l->esc[0] = (unsigned short)(i % 6);
		l->esc[1] = (unsigned short)(i % 1000);
		l->esc[2] = (unsigned short)(i / 3 % 1000);
		n++;
		if (note_format(&b, &note, &e, &f) == -1 ||
		    note_parse(b.p, b.len, &note2, &e2, &f) == -1 ||
		    !same_fault(l, &note2.last))
			bad++;
		buf_release(&b);
	}
	ok(n == 20000 && bad == 0, "%zu of %zu faults come back changed",
	    bad, n);
	envelope_release(&e);
	envelope_release(&e2);
}

static void
test_round(void)
{
	struct envelope e = { 0 }, e2 = { 0 };
	struct note note = { .tries = 7, .next = 1795255262,
	    .since = 1795000000, .held = true }, note2;
	struct buf b = { .max = NOTE_MAX }, b2 = { .max = NOTE_MAX };
	struct fault f = { 0 }, why;

	three(&e);
	three(&e2);
	fault_clear(&why);
	fault_set(&why, ST_RCPT, FD_SMTP, 450, VD_TEMP, "greylisted");
	rcpt_settle(&e.rcpt[0], &why);
	rcpt_settle(&e.rcpt[1], NULL);
	rcpt_settle(&e.rcpt[2], &why);
	is_int(note_format(&b, &note, &e, &f), 0, "format");
	is_int(note_parse(b.p, b.len, &note2, &e2, &f), 0, "parse");
	ok(note2.tries == 7 && note2.next == note.next &&
	    note2.since == note.since && note2.held && !note2.damaged,
	    "the facts");
	ok(note2.last.verdict == VD_OK, "nothing went wrong last");
	ok(e2.rcpt[0].done && e2.rcpt[0].verdict == VD_TEMP &&
	    same_fault(e2.rcpt[0].why, &why), "the first is put off");
	ok(e2.rcpt[1].done && e2.rcpt[1].verdict == VD_OK, "the second done");
	ok(e2.rcpt[2].done && e2.rcpt[2].verdict == VD_TEMP,
	    "the third put off");
	is_int(note_format(&b2, &note2, &e2, &f), 0, "again");
	is(buf_text(&b2), buf_text(&b), "the same");
	ok(strstr(b.p, "greylisted") != NULL &&
	    strstr(strstr(b.p, "greylisted") + 1, "greylisted") == NULL,
	    "the same words only once");
	is_int((long long)note_reopen(&e2, false), 2, "two to be tried");
	ok(!e2.rcpt[0].done && e2.rcpt[1].done && !e2.rcpt[2].done,
	    "the one that is done stays so");
	fault_set(&why, ST_RCPT, FD_SMTP, 550, VD_PERM, "no");
	rcpt_settle(&e2.rcpt[0], &why);
	is_int((long long)note_reopen(&e2, false), 1, "for good is for good");
	is_int((long long)note_reopen(&e2, true), 2, "unless one insists");
	envelope_release(&e);
	envelope_release(&e2);
	buf_release(&b);
	buf_release(&b2);
}

static const struct {
	const char	*text;
	int		 line;		/* 0: it is good */
} notes[] = {
	{ FACTS "end\n", 0 },
	{ FACTS "ok 0\nok 2\nend\n", 0 },
	{ FACTS WHY "rcpt 0\nok 1\nrcpt 2\nend\n", 0 },
	{ FACTS WHY "told 0\nok 1\nrcpt 2\nend\n", 0 },
	{ FACTS WHY "end\n", 0 },
	{ FACTS "last connect errno -5 0.0.0 temp - - -\nend\n", 0 },
	{ "", 1 },
	{ "end\n", 1 },
	{ "heloise-note 2 3\n", 1 },
	{ "heloise-note 1 2\ntries 0\nnext 0\nsince 0\nheld no\nend\n", 2 },
	{ TOP "next 1\n", 2 },
	{ TOP "tries 4294967296\n", 2 },
	{ TOP "tries 1\nnext -1\n", 3 },
	{ TOP "tries 1\nnext 1\nsince 0\nheld perhaps\n", 5 },
	{ FACTS, 6 },
	{ FACTS "end", 6 },
	{ FACTS "end\nx", 7 },
	{ FACTS "ok 3\nend\n", 6 },
	{ FACTS "ok -1\nend\n", 6 },
	{ FACTS "ok 1\nok 1\nend\n", 7 },
	{ FACTS "ok 1\nok 0\nend\n", 7 },
	{ FACTS "ok 0 1\nend\n", 6 },
	{ FACTS "rcpt 0\nend\n", 6 },
	{ FACTS "told 0\nend\n", 6 },
	{ FACTS WHY "told 1\nrcpt 1\nend\n", 8 },
	{ FACTS "ok 0\nrcpt 1\nend\n", 7 },
	{ FACTS "last rcpt smtp 550 5.1.1 ok - - -\nend\n", 6 },
	{ FACTS "last lunch smtp 550 5.1.1 perm - - -\nend\n", 6 },
	{ FACTS "last rcpt x400 550 5.1.1 perm - - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1 perm - - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1.1 perm - - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1000 perm - - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.01.1 perm - - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 2147483648 5.1.1 perm - - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1 perm - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1 perm - - - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1 perm %1B[2J - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1 perm a%0Ab - -\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1 perm - - %07\nend\n", 6 },
	{ FACTS "last rcpt smtp 550 5.1.1 perm - - \303\nend\n", 6 },
};

static void
test_parse(void)
{
	char want[32];
	size_t i, k, wrong;

	for (i = 0; i < NITEMS(notes); i++) {
		struct envelope e = { 0 };
		struct fault f = { 0 };
		struct note note;

		three(&e);
		is_int(note_parse(notes[i].text, strlen(notes[i].text),
		    &note, &e, &f), notes[i].line != 0 ? -1 : 0,
		    "note %zu", i);
		if (notes[i].line != 0) {
			(void)snprintf(want, sizeof(want), "line %d of",
			    notes[i].line);
			ok(strstr(f.text, want) != NULL, "note %zu: %s", i,
			    f.text);
			ok(note_reopen(&e, false) == 3 && note.tries == 0 &&
			    !e.rcpt[0].done, "note %zu: as if new", i);
		} else {
			/* Torn anywhere, it is not a note. */
			for (k = wrong = 0; k < strlen(notes[i].text); k++) {
				(void)note_reopen(&e, true);
				rcpt_unsettle(&e.rcpt[0]);
				rcpt_unsettle(&e.rcpt[1]);
				rcpt_unsettle(&e.rcpt[2]);
				wrong += note_parse(notes[i].text, k, &note,
				    &e, &f) == 0;
			}
			is_int((long long)wrong, 0, "note %zu: torn", i);
		}
		envelope_release(&e);
	}
}

/* Whose sender was told is not tried again, whatever the verdict was. */
static void
test_told(void)
{
	struct envelope e = { 0 }, e2 = { 0 };
	struct buf b = { .max = NOTE_MAX };
	struct note note = { .tries = 1 };
	struct fault f = { 0 }, why = { 0 };

	three(&e);
	three(&e2);
	fault_set(&why, ST_RCPT, FD_SMTP, 450, VD_TEMP, "greylisted");
	rcpt_settle(&e.rcpt[0], &why);
	rcpt_settle(&e.rcpt[1], &why);
	e.rcpt[1].told = true;
	is_int(note_format(&b, &note, &e, &f), 0, "one was told of");
	is_int(note_parse(b.p, b.len, &note, &e2, &f), 0, "and it is read");
	ok(!e2.rcpt[0].told && e2.rcpt[1].told && !e2.rcpt[2].told,
	    "which one");
	is_int((long long)note_reopen(&e2, false), 2, "two to be tried");
	ok(e2.rcpt[1].done && e2.rcpt[1].told, "not the one told of");
	is_int((long long)note_reopen(&e2, true), 3, "unless one insists");
	ok(!e2.rcpt[1].told, "then he may be told again");
	envelope_release(&e);
	envelope_release(&e2);
	buf_release(&b);
}

/* Words without end do not keep the note from being written. */
static void
test_huge(void)
{
	struct envelope e = { 0 }, e2 = { 0 };
	struct buf b = { .max = NOTE_MAX };
	struct note note = { .tries = 1 };
	struct fault f = { 0 }, why;
	char addr[64], text[FAULT_TEXT];
	int i;

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	envelope_from(&e, "a@x.test");
	envelope_from(&e2, "a@x.test");
	fault_clear(&why);
	for (i = 0; i < 12000; i++) {
		(void)snprintf(addr, sizeof(addr), "user%d@x.test", i);
		(void)envelope_add(&e, addr);
		(void)envelope_add(&e2, addr);
		fault_set(&why, ST_RCPT, FD_SMTP, 400 + i % 100, VD_TEMP,
		    "%s", text);
		rcpt_settle(&e.rcpt[i], &why);
	}
	is_int(note_format(&b, &note, &e, &f), 0, "12000 long replies");
	ok(b.len < NOTE_MAX / 2, "are cut to %zu octets", b.len);
	is_int(note_parse(b.p, b.len, &note, &e2, &f), 0, "and read: %s",
	    f.text);
	is_int((long long)envelope_count(&e2, VD_TEMP), 12000, "all there");
	envelope_release(&e);
	envelope_release(&e2);
	buf_release(&b);
}

int
main(void)
{
	test_faults();
	test_round();
	test_parse();
	test_told();
	test_huge();
	return done();
}
