/* place.c - where a worker works: relays, a spool, and runs of the program */

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "place.h"

#define PATIENCE	20	/* seconds; what takes longer hangs */

/* The socket stays, so that nobody else listens there. */
static void
find_closed_port(struct place *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *sa = (void *)&a;
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, sa, n) == -1 || getsockname(fd, sa, &n) == -1)
		err(1, "a port for nobody");
	(void)snprintf(p->down, sizeof(p->down), "%u", ntohs(a.sin_port));
}

void
place_write(const struct place *p, const char *name, const char *text)
{
	char path[300];
	FILE *fp;

	(void)snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	if ((fp = fopen(path, "we")) == NULL || fputs(text, fp) == EOF ||
	    fclose(fp) != 0)
		err(1, "%s", path);
}

/* It takes a message, which it says with SHIM_TAKEN. */
static const char mute[] =
	"S: 220 hi\nC~ ^EHLO\nS: 250-relay.example.org\nS: 250 PIPELINING\n"
	"C~ ^MAIL\nS: 250 ok\nC~ ^RCPT\nS: 250 ok\nC: DATA\nS: 354 go\n"
	"body\nS: " SHIM_TAKEN "\nsilent\n";

static void
start_relays(struct place *p, const char *relay)
{
	char cert[300], script[300];
	const char *const takes[] = {
		"--fail", "RCPT:slow@example.org:451 4.2.0 later",
		"--fail", "RCPT:bad@example.org:550 5.1.1 no such user",
		NULL };
	const char *const plain[] = { "--caps", "SIZE,8BITMIME", NULL };
	const char *const tls[] = { "--tls", "starttls", "--cert", cert,
	    "--key", cert, NULL };
	const char *const silent[] = { "--script", script, NULL };
	const char *const after[] = { NULL };
	const char *const random[] = { "--fail-rate", "4", "--seed", "7",
	    NULL };

	(void)snprintf(cert, sizeof(cert), "%s/ok.pem", p->certs);
	(void)snprintf(script, sizeof(script), "%s/mute.script", p->dir);
	place_write(p, "mute.script", mute);
	post_open(&p->post[MUTE], relay, p->dir, "mute", silent);
	post_open(&p->post[TAKES], relay, p->dir, "takes", takes);
	post_open(&p->post[PLAIN], relay, p->dir, "plain", plain);
	post_open(&p->post[TLS], relay, p->dir, "tls", tls);
	post_open(&p->post[AFTER], relay, p->dir, "after", after);
	post_open(&p->post[RANDOM], relay, p->dir, "random", random);
}

void
place_open(struct place *p, const char *dir, const char *relay)
{
	char text[1024], path[300];
	sigset_t set;
	int fd;

	(void)strlcpy(p->dir, dir, sizeof(p->dir));
	(void)umask(077);
	if (mkdir(p->dir, 0700) == -1)
		err(1, "%s", p->dir);
	start_relays(p, relay);
	find_closed_port(p);
	(void)snprintf(text, sizeof(text), "tls-ca %s/ca.pem\n"
	    "helo app.example.org\nfrom alice@example.org\naliases none\n"
	    "spool %s/spool\ntimeout 5s\nretry-min 1s\nretry-max 1s\n",
	    p->certs, p->dir);
	place_write(p, "conf", text);
	(void)snprintf(path, sizeof(path), "%s/plan", p->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1 || ftruncate(fd, sizeof(*p->plan)) == -1)
		err(1, "%s", path);
	p->plan = mmap(NULL, sizeof(*p->plan), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	(void)close(fd);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	/* A process that loses its parent becomes a child of this one. */
	if (p->plan == MAP_FAILED ||
	    sigprocmask(SIG_BLOCK, &set, NULL) == -1 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		err(1, "start of a worker");
}

bool
place_close(struct place *p)
{
	bool good = true;
	int i;

	for (i = 0; i < RELAY__MAX; i++)
		/* A client that was killed does not keep to a script. */
		good &= post_close(&p->post[i]) || i == MUTE;
	return good;
}

static bool
a_relay(const struct place *p, pid_t pid)
{
	int i;

	for (i = 0; i < RELAY__MAX; i++)
		if (p->post[i].pid == pid)
			return true;
	return false;
}

unsigned
place_children(const struct place *p, pid_t of, pid_t *list, unsigned max)
{
	char path[64], text[4096], *s = text, *end;
	unsigned n = 0;
	pid_t pid;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)of, (int)of);
	slurp(path, text, sizeof(text));
	while (n < max && (pid = (pid_t)strtol(s, &end, 10)) > 0 &&
	    end != s) {
		s = end;
		if (!a_relay(p, pid))
			list[n++] = pid;
	}
	return n;
}

bool
place_wait(const struct place *p, pid_t main, int *status)
{
	struct timespec now, end, left;
	sigset_t set;
	bool good = true;
	pid_t pid, left_over[64];
	unsigned n;
	int how;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE;
	for (;;) {
		while ((pid = waitpid(-1, &how, WNOHANG)) > 0)
			if (pid == main)
				*status = how;
		if ((n = place_children(p, getpid(), left_over, 64)) == 0)
			return good;
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec) {
			good = false;
			while (n > 0)
				(void)kill(left_over[--n], SIGKILL);
		}
		left = (struct timespec){ .tv_sec = good ? 1 : 0,
		    .tv_nsec = good ? 0 : 1000000 };
		(void)sigtimedwait(&set, NULL, &left);
	}
}

static void
run(const struct place *p, const struct job *j)
{
	char conf[300], relay[40], preload[300], plan[300], in[300], out[300];
	const char *argv[20] = { p->heloise, "-C", conf, "--relay", relay,
	    "--tls", j->tls ? "starttls" : "none", "--linger",
	    j->linger ? "yes" : "no" };
	const char *env[] = { "PATH=/nowhere", preload, plan, NULL };
	union {
		const char	**in;
		char		**out;
	} a = { .in = argv }, e = { .in = env };
	size_t i;
	int fd;

	(void)snprintf(conf, sizeof(conf), "%s/conf", p->dir);
	(void)snprintf(relay, sizeof(relay), "127.0.0.1:%s", j->port);
	(void)snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", p->shim);
	(void)snprintf(plan, sizeof(plan), "FAULT_SHM=%s/plan", p->dir);
	(void)snprintf(in, sizeof(in), "%s/letter", p->dir);
	(void)snprintf(out, sizeof(out), "%s/words", p->dir);
	if (!j->faulty)
		env[1] = NULL;
	for (i = 0; j->args[i] != NULL; i++)
		argv[9 + i] = j->args[i];
	if ((fd = open(in, O_RDONLY)) == -1 || dup2(fd, 0) == -1 ||
	    (fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600)) == -1 ||
	    dup2(fd, 1) == -1 || dup2(fd, 2) == -1)
		err(1, "standard input and output");
	(void)closefrom(3);
	(void)execve(p->heloise, a.out, e.out);
	err(1, "%s", p->heloise);
}

pid_t
place_start(const struct place *p, const struct job *j)
{
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid == 0)
		run(p, j);
	return pid;
}

unsigned
place_entries(const struct place *p, const char *name, bool notes, bool clear)
{
	char path[300];
	struct dirent *entry;
	unsigned n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/spool/%s", p->dir, name);
	if ((d = opendir(path)) == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		n += notes || strchr(entry->d_name, '.') == NULL;
		if (clear)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	}
	(void)closedir(d);
	return n;
}
