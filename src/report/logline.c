/* logline.c - the result of one try as a line for the log */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/util.h"
#include "report/logline.h"

/* The relay's id */

/* Octets of the word at p. */
static size_t
logline_word(const char *p)
{
	size_t n = strcspn(p, " \t\n;,()<>[]\"");

	while (n > 0 && p[n - 1] == '.')
		n--;
	return n;
}

/* The word before p, which is in text. */
static size_t
logline_word_before(const char *text, const char **p)
{
	size_t n = 0;

	while (*p > text && (*p)[-1] == ' ')
		--*p;
	while (*p > text && strchr(" \n", (*p)[-1]) == NULL) {
		--*p;
		n++;
	}
	return n;
}

/* After "2.0.0 ", where there is such a code. */
static const char *
logline_after_code(const char *p)
{
	size_t n = strspn(p, "0123456789.");

	return n >= 5 && p[n] == ' ' ? p + n + 1 : p;
}

/*
 * Servers that reply "queued as ID", "queued on HOST as ID", "OK id=ID",
 * "[InternalId=ID", "Message Queued (ID)", "ok 1700000000 qp ID".
 */
static size_t
logline_marked(const char *words, const char **id)
{
	static const char *const marks[] = {
		"queued as ", "queued (", "id=", "InternalId=", " qp ",
	};
	const char *p;
	size_t i;

	if ((p = strcasestr(words, "queued on ")) != NULL &&
	    (p = strstr(p, " as ")) != NULL) {
		*id = p + 4;
		return logline_word(*id);
	}
	for (i = 0; i < NITEMS(marks); i++)
		if ((p = strcasestr(words, marks[i])) != NULL) {
			*id = p + strlen(marks[i]);
			return logline_word(*id);
		}
	return 0;
}

/*
 * "ID Message accepted for delivery", "OK 1700000000 ID - gsmtp", and "Ok
 * ID" alone where it is too long to be a word.
 */
static size_t
logline_unmarked(const char *words, const char **id)
{
	const char *start = logline_after_code(words);
	size_t n;

	if ((*id = strcasestr(start, " message accepted for")) != NULL ||
	    (*id = strstr(start, " - gsmtp")) != NULL)
		return logline_word_before(start, id);
	if (strncasecmp(start, "ok ", 3) != 0)
		return 0;
	*id = start + 3;
	n = logline_word(*id);
	return (*id)[n] == '\0' && n >= 16 ? n : 0;
}

bool
logline_relay_id(const char *words, char *out, size_t size)
{
	const char *id = NULL;
	size_t n;

	out[0] = '\0';
	if ((n = logline_marked(words, &id)) == 0)
		n = logline_unmarked(words, &id);
	if (n == 0 || n >= size)
		return false;
	memcpy(out, id, n);
	out[n] = '\0';
	return true;
}

/* The line */

static bool
logline_given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* Add a text, cut to LOGLINE_TEXT. */
static void
logline_shorten(struct buf *out, const char *s)
{
	static const char cut[] = "[...]";
	size_t n = strlen(s);

	if (n <= LOGLINE_TEXT) {
		buf_add(out, s, n);
		return;
	}
	n = LOGLINE_TEXT - (sizeof(cut) - 1);
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;		/* not in the middle of a character */
	buf_add(out, s, n);
	buf_adds(out, cut);
}

/* Add a value on one line, in quotes if it has blanks or the like. */
static void
logline_add_value(struct buf *out, const char *s)
{
	struct buf v = { .max = 4 * LOGLINE_LINE };
	const char *p;
	bool plain = s[0] != '\0' && strpbrk(s, " \t\n\"\\=") == NULL;

	buf_add_visible(&v, s, strlen(s), true);
	if (!plain)
		buf_adds(out, "\"");
	for (p = buf_text(&v); *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_adds(out, "\\");
		buf_add(out, *p == '\n' || *p == '\t' ? " " : p, 1);
	}
	if (!plain)
		buf_adds(out, "\"");
	buf_release(&v);
}

/* Add a text; "-" or null if it is not given. */
static void
logline_text(struct buf *out, bool json, const char *key, const char *value)
{
	if (json) {
		json_text(out, key, logline_given(value) ? value : NULL);
		return;
	}
	buf_addf(out, "%s%s=", out->len > 0 ? " " : "", key);
	if (logline_given(value))
		logline_add_value(out, value);
	else
		buf_adds(out, "-");
}

/* The same, but if it is not given only JSON names it. */
static void
logline_option(struct buf *out, bool json, const char *key, const char *value)
{
	if (json || logline_given(value))
		logline_text(out, json, key, value);
}

static void
logline_number(struct buf *out, bool json, const char *key, long long v,
    bool known)
{
	if (!known)
		logline_text(out, json, key, NULL);
	else if (json)
		json_number(out, key, v);
	else
		buf_addf(out, " %s=%lld", key, v);
}

/* The texts that both forms need. */
struct texts {
	struct buf	 text;
	char		 relay_id[128];
	char		 esc[FAULT_ESC];
	const char	*stage;
	int		 code;		/* of SMTP, or 0 */
};

static void
logline_find_texts(struct texts *w, const struct logline *a)
{
	const struct fault *f = a->fault;

	*w = (struct texts){ .text = { .max = 2 * LOGLINE_TEXT } };
	if (f == NULL) {
		if (a->text != NULL) {
			logline_shorten(&w->text, a->text);
			(void)logline_relay_id(a->text, w->relay_id,
			    sizeof(w->relay_id));
		}
		return;
	}
	logline_shorten(&w->text, f->text);
	w->stage = fault_stage(f->stage);
	w->code = f->domain == FD_SMTP ? f->code : 0;
	if (f->esc[0] != 0)
		(void)snprintf(w->esc, sizeof(w->esc), "%d.%d.%d", f->esc[0],
		    f->esc[1], f->esc[2]);
}

static void
logline_recipients(struct buf *out, bool json, const struct logline *a)
{
	struct buf all = { .max = LOGLINE_LINE };
	size_t i;

	for (i = 0; i < a->nto; i++)
		if (json)
			json_text(&all, NULL, a->to[i]);
		else
			buf_addf(&all, "%s%s", i > 0 ? "," : "", a->to[i]);
	if (json) {
		json_key(out, "to");
		buf_addf(out, "[%s]", buf_text(&all));
	} else {
		logline_text(out, false, "to", buf_text(&all));
	}
	buf_release(&all);
}

static void
logline_write(struct buf *out, bool json, const struct logline *a)
{
	const char *from = a->from;
	struct buf o = { .max = 2 * LOGLINE_LINE };
	struct texts w;

	logline_find_texts(&w, a);
	if (json)
		buf_adds(&o, "{");
	if (json && logline_given(a->time))
		json_text(&o, "time", a->time);
	logline_text(&o, json, "id", a->id);
	if (json)
		json_text(&o, "from", from);
	else
		logline_text(&o, json, "from",
		    from != NULL && from[0] == '\0' ? "<>" : from);
	logline_recipients(&o, json, a);
	logline_option(&o, json, "account", a->account);
	if (json || logline_given(a->account))
		logline_text(&o, json, json ? "account_why" : "account-why",
		    a->why);
	logline_text(&o, json, "relay", a->relay);
	logline_text(&o, json, "ip", a->ip);
	logline_text(&o, json, "helo", a->helo);
	logline_text(&o, json, "tls", a->tls);
	logline_text(&o, json, "auth", a->auth);
	if (json || a->size >= 0)
		logline_number(&o, json, "size", a->size, a->size >= 0);
	logline_text(&o, json, "stage", w.stage);
	logline_number(&o, json, "code", w.code, w.code != 0);
	logline_text(&o, json, "esc", w.esc);
	logline_number(&o, json, "tries", a->tries, true);
	logline_number(&o, json, "delay", a->delay, true);
	logline_number(&o, json, "rtt", a->rtt / 1000, a->rtt >= 0);
	if (a->rtt >= 0)
		buf_addf(&o, json ? ".%03lld" : ".%03lldms", a->rtt % 1000);
	logline_text(&o, json, "result", a->result);
	logline_text(&o, json, json ? "relay_id" : "relay-id", w.relay_id);
	logline_number(&o, json, "uid", a->uid, true);
	logline_text(&o, json, "caller", a->caller);
	logline_text(&o, json, "text", buf_text(&w.text));
	logline_option(&o, json, "warning", a->warning);
	logline_option(&o, json, "hint", a->hint);
	if (json)
		buf_adds(&o, "}");
	buf_add(out, buf_text(&o), o.len);
	buf_release(&o);
	buf_release(&w.text);
}

void
logline_format(struct buf *out, const struct logline *a)
{
	logline_write(out, false, a);
}

void
logline_json(struct buf *out, const struct logline *a)
{
	logline_write(out, true, a);
}
