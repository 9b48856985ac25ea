/* head.c - the envelope before the message in its file */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "spool/head.h"
#include "spool/line.h"

#define AT_DIGITS	8
#define SIZE_DIGITS	19

static const char version[] = "heloise-message 1 ";

static const char *const rets[] = {
	[RET_UNSET] = "-", [RET_FULL] = "full", [RET_HDRS] = "hdrs",
};

void
spool_meta_release(struct spool_meta *m)
{
	free(m->account);
	free(m->origin);
	memset(m, 0, sizeof(*m));
}

static int
head_bad(struct fault *f, const struct line *l, const char *why)
{
	return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
	    "line %zu of its envelope: %s", line_number_of(l), why);
}

/* Can it be a parameter of MAIL or RCPT (RFC 3461, 4)? */
static bool
head_graphic(const char *s)
{
	for (; *s != '\0'; s++)
		if (!ascii_graphic(*s))
			return false;
	return true;
}

static int
head_check(const struct envelope *e, struct fault *f)
{
	size_t i;

	if (e->from[0] != '\0' && addr_check(e->from, f) == -1)
		return -1;
	if (e->envid != NULL && !head_graphic(e->envid))
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_PERM,
		    "the envelope id has a character that cannot be sent");
	if (e->nrcpt == 0)
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_PERM,
		    "the message has no recipients");
	for (i = 0; i < e->nrcpt; i++) {
		if (addr_check(e->rcpt[i].addr, f) == -1)
			return -1;
		if (e->rcpt[i].orcpt != NULL && !head_graphic(e->rcpt[i].orcpt))
			return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_PERM,
			    "%s: its original address cannot be sent",
			    e->rcpt[i].addr);
	}
	return 0;
}

static void
head_add_pair(struct buf *b, const char *key, const char *value)
{
	line_add(b, key);
	line_add(b, value);
	line_end(b);
}

int
head_format(struct buf *out, const struct envelope *e,
    const struct spool_meta *m, struct fault *f)
{
	struct buf b = { .max = HEAD_MAX };
	char first[HEAD_FIRST + 1];
	int rc = 0;
	size_t i;

	if (head_check(e, f) == -1)
		return -1;
	head_first(first, 0, 0, false);
	buf_adds(&b, first);
	line_pair(&b, "time", m->submitted > 0 ? m->submitted : 0);
	line_pair(&b, "uid", m->uid);
	head_add_pair(&b, "account", m->account);
	head_add_pair(&b, "origin", m->origin);
	head_add_pair(&b, "bounce", m->bounce ? "yes" : "no");
	head_add_pair(&b, "envid", e->envid);
	line_add(&b, "ret");
	buf_addf(&b, " %s\n", rets[e->ret]);
	head_add_pair(&b, "from", e->from);
	for (i = 0; i < e->nrcpt; i++) {
		line_add(&b, "rcpt");
		line_add_number(&b, e->rcpt[i].notify & NOTIFY_ALL);
		line_add(&b, e->rcpt[i].orcpt);
		line_add(&b, e->rcpt[i].addr);
		line_end(&b);
	}
	line_end(&b);
	if (!b.full) {
		head_first(first, b.len, 0, e->eightbit);
		memcpy(b.p, first, HEAD_FIRST);
		buf_add(out, b.p, b.len);
	}
	if (b.full || out->full)
		rc = fault_set(f, ST_SPOOL, FD_NONE, 0, VD_PERM,
		    "the envelope is larger than %d octets", HEAD_MAX);
	buf_release(&b);
	return rc;
}

void
head_first(char line[HEAD_FIRST + 1], size_t at, size_t size, bool eightbit)
{
	(void)snprintf(line, HEAD_FIRST + 1, "%s%0*zu %0*zu %c\n", version,
	    AT_DIGITS, at, SIZE_DIGITS, size, eightbit ? '8' : '7');
}

/* Take n digits and a space. */
static bool
head_fixed(const char **p, size_t n, size_t *v)
{
	size_t i;

	*v = 0;
	for (i = 0; i < n; i++) {
		char c = *(*p)++;

		if (!ascii_digit(c) || *v > (SIZE_MAX - 9) / 10)
			return false;
		*v = *v * 10 + (size_t)(c - '0');
	}
	return *(*p)++ == ' ';
}

int
head_measure(const char *line, size_t *at, size_t *size, bool *eightbit,
    struct fault *f)
{
	const char *p = line + sizeof(version) - 1, *why = NULL;

	if (memcmp(line, version, sizeof(version) - 3) != 0)
		why = "not a message file";
	else if (memcmp(line, version, sizeof(version) - 1) != 0)
		why = "a message file of another version";
	else if (!head_fixed(&p, AT_DIGITS, at) ||
	    !head_fixed(&p, SIZE_DIGITS, size) || (*p != '7' && *p != '8') ||
	    p[1] != '\n' || *at <= HEAD_FIRST || *at > HEAD_MAX)
		why = "the first line is damaged";
	else if (*size == 0)
		why = "this message was never finished";
	*eightbit = *p == '8';
	return why == NULL ? 0 :
	    fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP, "%s", why);
}

static bool
head_take_string(struct line *l, const char *key, char **out)
{
	return line_is(l, key) && (*out = line_string(l)) != NULL &&
	    line_next(l);
}

/* As head_take_string(), but the empty string is NULL. */
static bool
head_take_graphic(struct line *l, const char *key, char **out)
{
	if (!line_is(l, key) || (*out = line_string(l)) == NULL ||
	    !head_graphic(*out) || !line_next(l))
		return false;
	if ((*out)[0] == '\0') {
		free(*out);
		*out = NULL;
	}
	return true;
}

static bool
head_take_ret(struct line *l, enum ret *ret)
{
	if (!line_is(l, "ret"))
		return false;
	for (*ret = 0; *ret < NITEMS(rets); ++*ret)
		if (line_is(l, rets[*ret]))
			return line_next(l);
	return false;
}

static bool
head_take_facts(struct line *l, struct envelope *e, struct spool_meta *m)
{
	long long when, uid;

	if (!line_take(l, "time", INT64_MAX, &when) ||
	    !line_take(l, "uid", UINT32_MAX, &uid) ||
	    !head_take_string(l, "account", &m->account) ||
	    !head_take_string(l, "origin", &m->origin) || !line_is(l, "bounce"))
		return false;
	m->submitted = (time_t)when;
	m->uid = (uid_t)uid;
	m->bounce = line_is(l, "yes");
	return (m->bounce || line_is(l, "no")) && line_next(l) &&
	    head_take_graphic(l, "envid", &e->envid) &&
	    head_take_ret(l, &e->ret) && head_take_string(l, "from", &e->from);
}

static int
head_take_rcpt(struct line *l, struct envelope *e, struct fault *f)
{
	char *orcpt = NULL, addr[ADDR_MAX + 1];
	const char *why = NULL;
	long long notify;
	size_t i = e->nrcpt;

	if (!line_number(l, 0, NOTIFY_ALL, &notify) ||
	    (orcpt = line_string(l)) == NULL || !head_graphic(orcpt) ||
	    !line_word(l, addr, sizeof(addr)) ||
	    l->p == l->end || *l->p != '\n')
		why = "not a recipient";
	else if (addr_check(addr, f) == -1)
		why = "not an address";
	else if (envelope_add(e, addr) != i)
		why = "a recipient occurs twice";
	if (why == NULL) {
		e->rcpt[i].notify = (unsigned)notify;
		if (orcpt[0] != '\0')
			e->rcpt[i].orcpt = xstrdup(orcpt);
	}
	free(orcpt);
	return why == NULL && line_next(l) ? 0 : head_bad(f, l, why);
}

static int
head_parse_lines(struct line *l, struct envelope *e, struct spool_meta *m,
    struct fault *f)
{
	if (!head_take_facts(l, e, m))
		return head_bad(f, l, "unexpected content");
	if (e->from[0] != '\0' && addr_check(e->from, f) == -1)
		return head_bad(f, l, "the sender is not an address");
	while (line_is(l, "rcpt"))
		if (head_take_rcpt(l, e, f) == -1)
			return -1;
	if (e->nrcpt == 0 || !line_next(l) || l->p != l->end)
		return head_bad(f, l, "expected a recipient or the end");
	return 0;
}

int
head_parse(const char *p, size_t n, struct envelope *e,
    struct spool_meta *m, struct fault *f)
{
	struct line l = { p, p + HEAD_FIRST, p + n };
	size_t at, size;

	if (n <= HEAD_FIRST)
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "the envelope is cut short");
	if (head_measure(p, &at, &size, &e->eightbit, f) == 0 &&
	    head_parse_lines(&l, e, m, f) == 0)
		return 0;
	envelope_release(e);
	spool_meta_release(m);
	return -1;
}
