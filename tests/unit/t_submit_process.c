/* t_submit_process.c - what a process keeps when it begins to read messages */

#include <sys/wait.h>

#include <netdb.h>

#include "config/load.h"
#include "spooling.h"
#include "submit/process.h"

#define SECRET	16		/* octets of a password */
#define MARK	40		/* a descriptor that was inherited */
#define LOGIN	"relay 127.0.0.1:9\ntls none\nauth-cleartext yes\n" \
		"aliases none\nlog none\nuser u\n"
#define BASE	LOGIN "password %0\n"

/* What the child says with its exit status. */
#define STARTED	1
#define SPOOL	2
#define AGENT	4
#define RUNNER	8
#define OPEN	16		/* MARK is */
#define WAITED	32		/* its children have ended */

/* No test asks the network for the name of the host. */
int
getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	(void)host;
	(void)service;
	(void)hints;
	*res = NULL;
	return EAI_FAIL;
}

static char dir[] = "/tmp/t_submit_process.XXXXXX";

/* Password number i; no other place of the program has it as a text. */
static void
secret(char *out, int i)
{
	int k;

	for (k = 0; k < SECRET; k++)
		out[k] = (char)('a' + (k * 7 + i * 11 + k * i) % 26);
}

static void
put(int fd, const char *text)
{
	NEED(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

/* "%N" in a configuration is password N, "%d" the directory. */
static void
write_config(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char word[SECRET];

	NEED(fd != -1);
	for (; *text != '\0'; text++) {
		if (*text != '%') {
			NEED(write(fd, text, 1) == 1);
		} else if (*++text == 'd') {
			put(fd, dir);
		} else {
			secret(word, *text - '0');
			NEED(write(fd, word, SECRET) == SECRET);
			explicit_bzero(word, sizeof(word));
		}
	}
	NEED(close(fd) == 0);
}

/* In a child: start with this configuration; what came of it. */
static int
start(const char *path, int delivery, char *const *env, bool all)
{
	const struct options o = { .delivery = delivery, .mode = MODE_SMTP };
	const struct config_source src = { .file = path, .uid = getuid(),
	    .env = env };
	static struct config c;
	static struct submitter p;
	struct fault f = { 0 };
	int got = 0;

	config_init(&c);
	if (options_configure(&o, &c, &src, &f) == -1) {
		fprintf(stderr, "# %s\n", f.text);
		return got;
	}
	process_init(&p, &o, &c, &src);
	got = (all ? process_start(&p, &src, &f) :
	    process_find(&p, &src, &f)) == 0 ? STARTED : 0;
	got |= p.deliver.spool != NULL ? SPOOL : 0;
	got |= p.deliver.dispatch.sock != -1 ? AGENT : 0;
	got |= p.deliver.standby != -1 ? RUNNER : 0;
	got |= fcntl(MARK, F_GETFD) != -1 ? OPEN : 0;
	if (env != NULL)
		return got;
	process_release(&p);
	got |= waitpid(-1, NULL, WNOHANG) == -1 ? WAITED : 0;
	return got;
}

static const struct {
	const char	*title, *config;
	int		 delivery;	/* -od, or -1 */
	int		 want;
} starts[] = {
	{ "now", BASE "spool %d/spool\n", -1,
	    STARTED | SPOOL | AGENT | RUNNER },
	{ "now, without a runner", BASE "spool %d/spool\nlinger no\n", -1,
	    STARTED | SPOOL | AGENT },
	{ "background", BASE "spool %d/spool\nlinger no\n"
	    "delivery background\n", -1, STARTED | SPOOL | RUNNER },
	{ "-odb", BASE "spool %d/spool\nlinger no\n",
	    SETTING_DELIVERY_BACKGROUND, STARTED | SPOOL | RUNNER },
	{ "-odq", BASE "spool %d/spool\nlinger no\n",
	    SETTING_DELIVERY_QUEUE, STARTED | SPOOL },
	{ "-odi, against the setting", BASE "spool %d/spool\nlinger no\n"
	    "delivery queue\n", SETTING_DELIVERY_NOW,
	    STARTED | SPOOL | AGENT },
	{ "no queue", BASE "queue no\n", -1, STARTED | AGENT },
	{ "no queue, -odq", BASE "queue no\n", SETTING_DELIVERY_QUEUE,
	    STARTED | AGENT },
	{ "a spool that cannot be", BASE "spool %d/config/spool\n", -1,
	    STARTED | AGENT },
	{ "a spool that cannot be, -odq", BASE "spool %d/config/spool\n",
	    SETTING_DELIVERY_QUEUE, 0 },
	{ "a fallback that is no account", BASE "queue no\naccount a\n"
	    "match a@x.test\nfallback b\n", -1, OPEN },
};

/* Which descriptors stay open. */
static const struct {
	const char	*title, *config;
	int		 want;
} inherited[] = {
	{ "a password", BASE, STARTED },
	{ "a file", LOGIN "password-file /etc/secret\n", STARTED },
	{ "a descriptor", LOGIN "password-file /dev/fd/40\n", STARTED | OPEN },
	{ "of the process", LOGIN "password-file /proc/self/fd/40\n",
	    STARTED | OPEN },
	{ "of an account", BASE "password %0\naccount a\n"
	    "password-file /dev/fd/40\n", STARTED | OPEN },
};

static int
outcome(const char *text, int delivery, bool all)
{
	char *path = xasprintf("%s/config", dir);
	int status;
	pid_t pid;

	write_config(path, text);
	(void)fflush(stdout);
	NEED((pid = fork()) != -1);
	if (pid == 0) {
		NEED(dup2(STDERR_FILENO, MARK) == MARK);
		_exit(start(path, delivery, NULL, all));
	}
	NEED(waitpid(pid, &status, 0) == pid);
	free(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define LARGE	(1UL << 30)	/* only what a sanitizer reserves is larger */

/* Octets of memory that a process may write, searched for a text. */
static bool
holds(int mem, unsigned long from, unsigned long to, const char *text)
{
	size_t n = to - from;
	char *p = xmalloc(n);
	ssize_t got = pread(mem, p, n, (off_t)from);
	bool found = got > 0 && memmem(p, (size_t)got, text, SECRET) != NULL;

	explicit_bzero(p, n);
	free(p);
	return found;
}

static bool
memory_holds(pid_t pid, const char *text)
{
	char name[32], line[512], mode[8];
	unsigned long from, to;
	bool found = false;
	FILE *maps;
	int mem;

	(void)snprintf(name, sizeof(name), "/proc/%d/mem", (int)pid);
	NEED((mem = open(name, O_RDONLY | O_CLOEXEC)) != -1);
	(void)snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	NEED((maps = fopen(name, "re")) != NULL);
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 &&
		    mode[0] == 'r' && mode[1] == 'w' && to - from < LARGE &&
		    holds(mem, from, to, text))
			found = true;
	(void)fclose(maps);
	(void)close(mem);
	return found;
}

/* A child that has started, and waits on its standard input. */
struct child {
	pid_t	pid;
	int	in, out;
};

static void
wait_for(int fd)
{
	char c;

	NEED(read(fd, &c, 1) == 1 && c == 'y');
}

/* passwd is the number of the one in the environment, or -1. */
static struct child
child_start(const char *path, int passwd, bool whole)
{
	char env[] = "HELOISE_PASSWORD=0123456789abcdef", c;
	char *vars[] = { passwd != -1 ? env : NULL, NULL };
	struct child ch;
	int to[2], from[2], got = STARTED;

	NEED(pipe(to) == 0 && pipe(from) == 0);
	(void)fflush(stdout);
	NEED((ch.pid = fork()) != -1);
	if (ch.pid == 0) {
		NEED(dup2(to[0], 0) == 0 && dup2(from[1], 1) == 1);
		closefrom(3);
		if (passwd != -1) {
			secret(strchr(env, '=') + 1, passwd);
			environ = vars;
		}
		if (whole)
			got = start(path, SETTING_DELIVERY_QUEUE, vars, true);
		else
			secret(env, 0);
		put(1, got & STARTED ? "y" : "n");
		_exit(read(0, &c, 1) == 0 && env[0] == '\0');
	}
	(void)close(to[0]);
	(void)close(from[1]);
	ch.in = to[1];
	ch.out = from[0];
	wait_for(ch.out);
	return ch;
}

static void
child_end(struct child *ch)
{
	(void)close(ch->in);
	(void)close(ch->out);
	(void)waitpid(ch->pid, NULL, 0);
}

static const struct {
	const char	*title, *config;
	int		 n;		/* passwords 0 to n - 1 */
	int		 env;		/* the one of HELOISE_PASSWORD, or -1 */
} wiped[] = {
	{ "above the accounts", LOGIN "spool %d/spool\npassword %0\n", 1, -1 },
	{ "of the accounts", LOGIN "spool %d/spool\npassword %0\n"
	    "account a\nmatch a@x.test\npassword %1\n"
	    "account b\nmatch b@x.test\npassword %2\n", 3, -1 },
	{ "handed down to an account", LOGIN "spool %d/spool\npassword %0\n"
	    "account a\nmatch a@x.test\n", 1, -1 },
	{ "replaced by a later line", LOGIN "spool %d/spool\npassword %0\n"
	    "password %1\n", 2, -1 },
	{ "of the environment", LOGIN "spool %d/spool\npassword %1\n"
	    "account a\nmatch a@x.test\npassword %2\n", 3, 0 },
};

static void
test_wiped(void)
{
	char *path = xasprintf("%s/config", dir), text[SECRET];
	struct child ch = child_start(path, -1, false);
	size_t i;
	int k;

	secret(text, 0);
	ok(memory_holds(ch.pid, text), "a password that is there is found");
	explicit_bzero(text, sizeof(text));
	child_end(&ch);
	for (i = 0; i < NITEMS(wiped); i++) {
		write_config(path, wiped[i].config);
		ch = child_start(path, wiped[i].env, true);
		for (k = 0; k < wiped[i].n; k++) {
			secret(text, k);
			ok(!memory_holds(ch.pid, text),
			    "no password %d in memory: %s", k,
			    wiped[i].title);
			explicit_bzero(text, sizeof(text));
		}
		child_end(&ch);
	}
	free(path);
}

int
main(void)
{
	size_t i;

	NEED(mkdtemp(dir) != NULL);
	test_wiped();
	for (i = 0; i < NITEMS(starts); i++)
		is_int(outcome(starts[i].config, starts[i].delivery, true),
		    starts[i].want | WAITED, "start: %s", starts[i].title);
	for (i = 0; i < NITEMS(inherited); i++)
		is_int(outcome(inherited[i].config, -1, false),
		    inherited[i].want | WAITED, "inherited: %s",
		    inherited[i].title);
	remove_tree(dir);
	return done();
}
