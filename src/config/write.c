/* write.c - settings of environment and flags, as a configuration file */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/value.h"
#include "config/write.h"

static int
cwrite_refuse(struct fault *f, const struct setting *row, const char *why)
{
	return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
	    "%s cannot be written to a file: %s", row->key, why);
}

static int
cwrite_add_row(const struct config *c, const struct setting *row,
    struct buf *out, struct fault *f)
{
	struct buf value = { .max = 65536, .secret = true };
	int status = 0;
	bool text = row->type == SETTING_TEXT || row->type == SETTING_PATH ||
	    row->type == SETTING_LIST;

	if (text && value_text(row, &c->base) == NULL)
		return 0;
	if (row->secret)
		buf_adds(&value, value_text(row, &c->base));
	else
		value_show(row, &c->base, &value);
	if (value.p[0] == ' ')
		status = cwrite_refuse(f, row, "it begins with a blank");
	else if (setting_is_relative(row, value.p))
		status = cwrite_refuse(f, row, "its path is relative");
	else
		buf_addf(out, "%s %s\n", row->key, value.p);
	buf_release(&value);
	return status;
}

static int
cwrite_text(const struct config *c, struct buf *out, struct fault *f)
{
	size_t i;

	for (i = 0; i < setting_count; i++)
		if (c->origin[i].level >= CONFIG_SMTP_ENV &&
		    setting_table[i].scope != SETTING_WITHIN &&
		    strcmp(setting_table[i].key, "account") != 0 &&
		    cwrite_add_row(c, &setting_table[i], out, f) == -1)
			return -1;
	return 0;
}

static int
cwrite_all(int fd, const char *p, size_t n)
{
	ssize_t done;

	for (; n > 0; p += done, n -= (size_t)done) {
		done = write(fd, p, n);
		if (done == -1 && errno == EINTR)
			done = 0;
		if (done == -1)
			return -1;
	}
	return fsync(fd);
}

/* There is nothing to write; that is no fault if the file exists. */
static int
cwrite_nothing(const char *path, struct fault *f)
{
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
	    "%s was not made: neither the environment nor the command line "
	    "has a setting", path);
}

int
config_write(const struct config *c, const char *path, bool *made,
    struct fault *f)
{
	struct buf text = { .max = 1 << 20, .secret = true };
	int fd, status = cwrite_text(c, &text, f);

	*made = false;
	if (status == 0 && text.len == 0)
		status = cwrite_nothing(path, f);
	if (status == -1 || text.len == 0)
		goto out;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1 && errno == EEXIST)
		goto out;
	*made = fd != -1;
	if (fd == -1 || cwrite_all(fd, buf_text(&text), text.len) == -1) {
		status = fault_errno(f, ST_CONFIG, errno, VD_PERM, "%s", path);
		if (fd != -1)
			(void)unlink(path);
	}
	if (fd != -1 && close(fd) == -1 && status == 0)
		status = fault_errno(f, ST_CONFIG, errno, VD_PERM, "%s", path);
out:
	buf_release(&text);
	return status;
}
