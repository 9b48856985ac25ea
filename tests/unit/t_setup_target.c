/* t_setup_target.c - where a configuration goes, and whether it is complete */

#include <grp.h>

#include "capture.h"
#include "reader.h"
#include "setup/target.h"

/* --write, -C and a uid; the path. */
static const struct { const char *write, *file; uid_t uid; const char *want; }
paths[] = {
	{ "/w", "/c", 0, "/w" }, { NULL, "/c", 0, "/c" },
	{ NULL, NULL, 0, "/etc/x" },
	{ NULL, NULL, 1000, "/home/joe/.config/heloise/config" },
};

/* A configuration, and how many mistakes it has. */
static const struct { const char *text; int want; } files[] = {
	{ "relay a.test\n", 0 }, { "", 1 }, { "nonsense x\n", 1 },
	{ "relay a.test\nuser u\n", 1 },
	{ "relay a.test\nuser u\npassword p\n", 0 },
};

/* The system's file, and its mode, where the program is root's alone. */
static const struct { const char *text; mode_t want; } modes[] = {
	{ "relay a.test\nuser u\npassword-file /p\n", 0644 },
	{ "relay a.test\nuser u\npassword p\n", 0600 },
	{ "relay a.test\naccount b\nuser u\npassword p\n", 0600 },
	{ "relay a.test\npasswort p\n", 0600 },
};

static void
test_mode(size_t i)
{
	char *path = reader_path("system"), *old = reader_path("system.old");
	struct config_source src = { .system = path };
	struct buf text = { .max = 256 };
	struct fault f = { 0 };
	struct stat st;

	buf_adds(&text, modes[i].text);
	ok(target_write(path, &src, &text, true, &f) == 0, "mode %zu: %s", i,
	    f.text);
	ok(stat(path, &st) == 0 && (getgrnam("heloise") != NULL ||
	    (st.st_mode & 07777) == modes[i].want), "the mode %zu: %o", i,
	    st.st_mode);
	if (i == 0) {
		capture_begin();
		(void)target_write(path, &src, &text, true, &f);
		ok(strstr(capture_end(), "system.old.\n") != NULL,
		    "where the old one is");
		(void)unlink(old);
	}
	(void)unlink(path);
	buf_release(&text);
	free(path);
	free(old);
}

static void
test_paths(size_t i)
{
	struct options o = { .write = paths[i].write };
	struct config_source src = { .system = "/etc/x", .file = paths[i].file,
	    .uid = paths[i].uid, .home = "/home/joe" };
	struct fault f = { 0 };
	char *path = target_path(&o, &src, &f);

	is(path, paths[i].want, "path %zu", i);
	free(path);
}

static void
test_write(void)
{
	struct config_source src = { .system = "/etc/x", .uid = getuid() };
	struct buf text = { .max = 64 };
	struct fault f = { 0 };
	struct stat st;
	char *path = reader_path("d/conf"), *old = reader_path("d/conf.old");
	char *dir = reader_path("d"), *first = reader_path("d/conf.old.1");
	char *new = reader_path("d/conf.new");

	buf_adds(&text, "relay a.test\n");
	ok(!target_exists(path), "no file yet");
	ok(target_write(path, &src, &text, false, &f) == -1 &&
	    strstr(f.text, "No such file") != NULL && !target_exists(dir),
	    "no directory is made where a person wrote the path");
	fault_clear(&f);
	(void)mkdir(dir, 0700);
	ok(target_write(path, &src, &text, false, &f) == 0, "a new file");
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600 &&
	    st.st_size == 13, "that only its owner can read");
	ok(target_write(path, &src, &text, false, &f) == -1 &&
	    strstr(f.text, "already exists") != NULL, "is not replaced");
	ok(mkdir(new, 0700) == 0 && target_write(path, &src, &text, true,
	    &f) == 0 && rmdir(new) == 0 && unlink(old) == 0,
	    "whatever stands beside it");
	ok(target_write(path, &src, &text, true, &f) == 0 &&
	    target_exists(old), "unless that is asked for");
	ok(target_write(path, &src, &text, true, &f) == 0 &&
	    stat(old, &st) == 0 && st.st_nlink == 1 &&
	    target_exists(first), "the first one stays as well");
	(void)unlink(first);
	(void)unlink(path);
	(void)unlink(old);
	reader_write("d/conf", "# /etc/x\n\n\t# c\n#relay b.test");
	fault_clear(&f);
	ok(target_is_vacant(path) && target_write(path, &src, &text, false,
	    &f) == 0 && target_exists(old), "a vacant one is");
	ok(!target_is_vacant(path) && !target_is_vacant(first),
	    "one with a setting is not vacant, nor is none");
	(void)unlink(path);
	(void)unlink(old);
	(void)mkdir(path, 0700);
	ok(target_write(path, &src, &text, true, &f) == -1 &&
	    strstr(f.text, "not a regular file") != NULL, "a directory stays");
	(void)rmdir(path);
	(void)rmdir(dir);
	(void)rmdir(reader_dir);
	buf_release(&text);
	free(path);
	free(new);
	free(old);
	free(first);
	free(dir);
}

/* Where the group is missing, only root can read the system's file. */
static void
test_readers(void)
{
	static const struct { const char *path; uid_t uid; const char *text,
	    *said; } t[] = {
		{ "/etc/x", 0, "password p\n", "Only root can read it" },
		{ "/etc/x", 0, "nonsense p\n", "Only root can read it" },
		{ "/etc/x", 0, "relay a.test\naccount b\npassword p\n",
		    "Only root can read it" },
		{ "/etc/x", 0, "password-command p\n",
		    "Only root can read it" },
		{ "/etc/x", 0, "password-file /p\n",
		    "Those who can read /p,\ntoo, can send" },
		{ "/etc/x", 0, "relay a.test\n", NULL },
		{ "/root/x", 0, "password p\n", NULL },
		{ "/etc/x", 1000, "password p\n", NULL },
	};
	struct buf text = { .max = 256 };
	const char *said;
	struct config_source src = { .system = "/etc/x" };
	bool shared = getgrnam("heloise") != NULL;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		src.uid = t[i].uid;
		capture_begin();
		buf_clear(&text);
		buf_adds(&text, t[i].text);
		target_say_readers(t[i].path, &src, &text);
		said = capture_end();
		ok(t[i].said == NULL || shared ? *said == '\0' :
		    strstr(said, t[i].said) != NULL, "who reads file %zu: %s",
		    i, said);
	}
	buf_release(&text);
}

int
main(void)
{
	struct config_source src = { .system = "/etc/x", .home = "/h" };
	struct buf text, out;
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(paths); i++)
		test_paths(i);
	for (i = 0; i < NITEMS(files); i++) {
		text = (struct buf){ .max = 256 };
		out = (struct buf){ .max = 4096 };
		buf_adds(&text, files[i].text);
		is_int((long long)target_judge("/f", &src, &text, &out),
		    files[i].want, "mistakes of file %zu: %s", i,
		    buf_text(&out));
		buf_release(&text);
		buf_release(&out);
	}
	for (i = 0; i < NITEMS(modes); i++)
		test_mode(i);
	test_write();
	test_readers();
	return done();
}
