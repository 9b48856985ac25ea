/* output.c - shows a probe: text step by step, or one JSON object */

#include <sys/ioctl.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/util.h"
#include "probe/output.h"

#define COLUMN	23	/* of texts, after mark, step and time */
#define DOC	((size_t)1 << 24)
#define TEXT	((size_t)1 << 18)

static const struct {
	const char	*word;		/* in JSON */
	const char	*utf8, *ascii;
	const char	*colour;
} marks[MARK__MAX] = {
	[MARK_OK]	= { "ok", "\342\234\223", "+", "\033[32m" },
	[MARK_WARNING]	= { "warning", "!", "!", "\033[33m" },
	[MARK_FAILED]	= { "failed", "\342\234\227", "x", "\033[31m" },
	[MARK_SKIPPED]	= { "skipped", "-", "-", "" },
};

static bool
output_speaks_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;
	size_t i;

	for (i = 0; i < NITEMS(names); i++)
		if ((value = getenv(names[i])) != NULL && *value != '\0')
			return strcasestr(value, "utf-8") != NULL ||
			    strcasestr(value, "utf8") != NULL;
	return false;
}

void
output_init(struct output *d, FILE *out, bool json)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(fileno(out)) == 1;
	struct winsize w;

	*d = (struct output){ .out = out, .json = json, .doc.max = DOC,
	    .utf8 = output_speaks_utf8() };
	if (json) {
		buf_adds(&d->doc, "{");
		json_text(&d->doc, "version", VERSION);
		json_key(&d->doc, "walks");
		buf_adds(&d->doc, "[");
	}
	if (!terminal)
		return;
	d->colour = (no == NULL || *no == '\0') &&
	    (term == NULL || strcmp(term, "dumb") != 0);
	d->width = ioctl(fileno(out), TIOCGWINSZ, &w) == 0 && w.ws_col > 40 ?
	    w.ws_col : 80;
}

void
output_release(struct output *d)
{
	buf_release(&d->doc);
}

/* Text */

/* The number of octets, up to a blank or the end, that fit in a line. */
static size_t
output_fits(const char *p, size_t n, size_t room)
{
	size_t i, columns = 0, at = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == ' ' && (columns <= room || at == 0))
			at = i;
		columns += ((unsigned char)p[i] & 0xc0) != 0x80;
		if (columns > room && at > 0)
			return at;
	}
	return n;
}

static void
output_wrap_line(struct buf *b, const char *p, size_t n, size_t indent, size_t
    room)
{
	size_t k, end;

	for (;;) {
		k = room > 0 ? output_fits(p, n, room) : n;
		for (end = k; end > 0 && p[end - 1] == ' '; end--)
			;
		buf_add(b, p, end);
		while (k < n && p[k] == ' ')
			k++;
		p += k;
		n -= k;
		if (n == 0)
			return;
		buf_addf(b, "\n%*s", (int)indent, "");
	}
}

void
output_wrap(struct buf *b, const char *text, size_t indent, size_t width)
{
	size_t n, room = width > indent ? width - indent : 0;

	for (;; text += n + 1) {
		n = strcspn(text, "\n");
		output_wrap_line(b, text, n, indent, room);
		if (text[n] == '\0')
			return;
		buf_addf(b, "\n%*s", (int)indent, "");
	}
}

/* Add text in the colour of the mark. */
static void
output_paint(const struct output *d, struct buf *b, enum mark mark,
    const char *text)
{
	const bool on = d->colour && marks[mark].colour[0] != '\0';

	buf_addf(b, "%s%s%s", on ? marks[mark].colour : "", text,
	    on ? "\033[0m" : "");
}

static void
output_paint_mark(const struct output *d, struct buf *b, enum mark mark)
{
	output_paint(d, b, mark,
	    d->utf8 ? marks[mark].utf8 : marks[mark].ascii);
	buf_adds(b, " ");
}

/* Flush: the next step may take minutes. */
static void
output_print(struct output *d, struct buf *b)
{
	(void)fwrite(buf_text(b), 1, b->len, d->out);
	(void)fflush(d->out);
	buf_release(b);
}

/*
 * Open the list of the JSON object that this bracket ends, unless it is open;
 * first close another one.  '\0': only close it.
 */
static void
output_list(struct output *d, const char *key, char close)
{
	if (d->close == close)
		return;
	if (d->close != '\0')
		buf_add(&d->doc, &d->close, 1);
	d->close = close;
	if (close != '\0') {
		json_key(&d->doc, key);
		buf_adds(&d->doc, close == ']' ? "[" : "{");
	}
}

void
output_attempt(struct output *d, const char *account, const char *relay,
    const char *address)
{
	struct buf b = { .max = TEXT };

	if (d->attempts++ == 0 && !d->json)
		buf_adds(&b, "Test of a delivery; no mail is sent.\n");
	if (d->json) {
		json_key(&d->doc, NULL);
		buf_adds(&d->doc, "{");
		json_text(&d->doc, "account", account);
		json_text(&d->doc, "relay", relay);
		return;
	}
	buf_addf(&b, "\n%s%s%s%s%s%s\n", account[0] != '\0' ? "account " : "",
	    account, account[0] != '\0' ? ", " : "", relay,
	    address != NULL ? " at " : "", address != NULL ? address : "");
	output_print(d, &b);
}

void
output_setting(struct output *d, const char *key, const char *value,
    const char *meaning, const char *where)
{
	struct buf b = { .max = TEXT };
	struct buf *doc = &d->doc;

	if (!d->json) {
		buf_addf(&b, "    %-16s ", key);
		buf_adds_visible(&b, value);
		if (*meaning != '\0')
			buf_addf(&b, ": %s", meaning);
		buf_addf(&b, "%*s # %s\n", b.len < 45 ? (int)(45 - b.len) : 0,
		    "", where);
		output_print(d, &b);
		return;
	}
	output_list(d, "settings", '}');
	json_key(doc, key);
	buf_adds(doc, "{");
	json_text(doc, "value", value);
	if (*meaning != '\0')
		json_text(doc, "means", meaning);
	json_text(doc, "from", where);
	buf_adds(doc, "}");
}

static void
output_step_json(struct output *d, const struct step *x)
{
	struct buf *b = &d->doc;
	size_t i;

	output_list(d, "steps", ']');
	json_key(b, NULL);
	buf_adds(b, "{");
	json_text(b, "step", x->step);
	json_text(b, "result", marks[x->mark].word);
	if (x->ms >= 0)
		json_number(b, "ms", x->ms);
	json_text(b, "text", buf_text(&x->text));
	if (x->facts.len > 0) {
		buf_adds(b, ",");
		buf_add(b, x->facts.p, x->facts.len);
	}
	json_key(b, "warnings");
	buf_adds(b, "[");
	for (i = 0; i < x->nwarning; i++) {
		json_key(b, NULL);
		buf_adds(b, "{");
		json_text(b, "rule", x->warning[i].rule);
		json_text(b, "text", x->warning[i].text);
		buf_adds(b, "}");
	}
	buf_adds(b, "]}");
}

void
output_step(struct output *d, const struct step *x)
{
	struct buf b = { .max = TEXT };
	size_t i;

	if (d->json) {
		output_step_json(d, x);
		return;
	}
	output_paint_mark(d, &b, x->mark);
	buf_addf(&b, "%-9s", x->step);
	if (x->ms >= 0)
		buf_addf(&b, "%7lld ms  ", x->ms);
	else
		buf_addf(&b, "%*s", COLUMN - 11, "");
	output_wrap(&b, buf_text(&x->text), COLUMN, d->width);
	for (i = 0; i < x->nwarning; i++) {
		buf_addf(&b, "\n%*s", COLUMN, "");
		output_paint(d, &b, MARK_WARNING, "warning:");
		buf_adds(&b, " ");
		output_wrap(&b, x->warning[i].text, COLUMN,
		    d->width > 9 ? d->width - 9 : d->width);
	}
	buf_adds(&b, "\n");
	output_print(d, &b);
}

static void
output_ending_json(struct output *d, const struct ending *v, const char *words)
{
	const struct fault *f = v->fault;
	bool good = f->verdict == VD_OK;
	struct buf *b = &d->doc;

	output_list(d, NULL, '\0');
	json_text(b, "address", v->address[0] != '\0' ? v->address : NULL);
	json_text(b, "result", good ? "ok" : "failed");
	json_number(b, "exit", fault_exit(f));
	json_text(b, "stage", good ? NULL : fault_stage(f->stage));
	if (f->domain == FD_SMTP)
		json_number(b, "code", f->code);
	else
		json_none(b, "code");
	json_text(b, "text", words);
	json_text(b, "hint", v->hint[0] != '\0' ? v->hint : NULL);
	buf_adds(b, "}");
}

void
output_ending(struct output *d, const struct ending *v)
{
	struct buf b = { .max = TEXT }, words = { .max = TEXT };
	enum mark mark = v->fault->verdict == VD_OK ? MARK_OK : MARK_FAILED;

	if (mark == MARK_OK)
		buf_adds(&words, v->words);
	else
		fault_print(&words, v->fault);
	if (d->json) {
		output_ending_json(d, v, buf_text(&words));
	} else {
		buf_adds(&b, "\n");
		output_paint_mark(d, &b, mark);
		if (v->hint[0] != '\0')
			buf_addf(&words, "\nhint: %s", v->hint);
		output_wrap(&b, buf_text(&words), 2, d->width);
		buf_adds(&b, "\n");
		output_print(d, &b);
	}
	buf_release(&words);
}

int
output_end(struct output *d, size_t good, int status)
{
	struct buf b = { .max = 128 };

	if (d->json) {
		buf_adds(&d->doc, "]");
		json_text(&d->doc, "result", status == 0 ? "ok" : "failed");
		json_number(&d->doc, "exit", status);
		buf_adds(&d->doc, "}\n");
		output_print(d, &d->doc);
	} else if (d->attempts > 1) {
		buf_addf(&b, "\n%zu of %zu tests succeeded.\n", good,
		    d->attempts);
		output_print(d, &b);
	}
	return ferror(d->out) == 0 ? 0 : -1;
}
