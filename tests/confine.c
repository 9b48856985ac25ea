/*
 * confine.c - run a program with filters that service managers set up
 *
 * usage: confine [-e | -k] [-c FILE] [-f FAMILIES] [-m] PROGRAM [ARGUMENT...]
 *
 *	-c FILE		only the system calls with these numbers are allowed
 *	-f FAMILIES	only sockets of these kinds, numbers with commas between
 *	-m		no memory that is both written and executed
 *	-e, -k		what happens at others: EPERM, or SIGSYS, the default
 *
 * As SystemCallFilter=, RestrictAddressFamilies= and MemoryDenyWriteExecute=
 * of systemd do it.
 */

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX	2000

static struct sock_filter program[MAX];
static unsigned short n;

static void
add(unsigned short code, unsigned k, unsigned char yes, unsigned char no)
{
	if (n == MAX)
		errx(1, "too many system calls");
	program[n++] = (struct sock_filter){ code, yes, no, k };
}

static void
load(size_t at)
{
	add(BPF_LD | BPF_W | BPF_ABS, (unsigned)at, 0, 0);
}

static void
load_argument(unsigned i)
{
	load(offsetof(struct seccomp_data, args) + i * 8 +
	    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0));
}

/* If equal, go to the next instruction, else skip so many. */
static void
if_equal(unsigned k, unsigned char skip)
{
	add(BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip);
}

static void
finish(unsigned how)
{
	add(BPF_RET | BPF_K, how, 0, 0);
}

/* The filter in program is complete: enter it. */
static void
enter(void)
{
	const struct sock_fprog f = { .len = n, .filter = program };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f, 0, 0) == -1)
		err(1, "seccomp");
	n = 0;
}

static void
calls(const char *path, unsigned otherwise)
{
	FILE *file = fopen(path, "re");
	unsigned call;

	if (file == NULL)
		err(1, "%s", path);
	load(offsetof(struct seccomp_data, nr));
	while (fscanf(file, "%u", &call) == 1) {
		if_equal(call, 1);
		finish(SECCOMP_RET_ALLOW);
	}
	(void)fclose(file);
	/* For confine to run the program. */
	if_equal(__NR_execve, 1);
	finish(SECCOMP_RET_ALLOW);
	finish(otherwise);
	enter();
}

static void
families(const char *list)
{
	char *end;

	load(offsetof(struct seccomp_data, nr));
	if_equal(__NR_socket, 1);
	add(BPF_JMP | BPF_JA, 1, 0, 0);
	finish(SECCOMP_RET_ALLOW);
	load_argument(0);
	for (; *list != '\0'; list = *end == ',' ? end + 1 : end) {
		if_equal((unsigned)strtoul(list, &end, 10), 1);
		finish(SECCOMP_RET_ALLOW);
		if (end == list)
			errx(1, "families: %s", list);
	}
	finish(SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	enter();
}

static void
no_written_code(void)
{
	load(offsetof(struct seccomp_data, nr));
	if_equal(__NR_mmap, 4);
	load_argument(2);
	add(BPF_ALU | BPF_AND | BPF_K, PROT_WRITE | PROT_EXEC, 0, 0);
	if_equal(PROT_WRITE | PROT_EXEC, 1);
	finish(SECCOMP_RET_ERRNO | EPERM);
	load(offsetof(struct seccomp_data, nr));
	if_equal(__NR_mprotect, 3);
	load_argument(2);
	add(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
	finish(SECCOMP_RET_ERRNO | EPERM);
	finish(SECCOMP_RET_ALLOW);
	enter();
}

int
main(int argc, char **argv)
{
	const char *file = NULL, *list = NULL;
	unsigned otherwise = SECCOMP_RET_KILL_PROCESS;
	int c, written = 0;

	while ((c = getopt(argc, argv, "+c:ef:km")) != -1)
		switch (c) {
		case 'c': file = optarg; break;
		case 'e': otherwise = SECCOMP_RET_ERRNO | EPERM; break;
		case 'f': list = optarg; break;
		case 'k': break;
		case 'm': written = 1; break;
		default: return 2;
		}
	if (optind == argc)
		errx(2, "which program?");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		err(1, "no_new_privs");
	if (list != NULL)
		families(list);
	if (written)
		no_written_code();
	if (file != NULL)
		calls(file, otherwise);
	execvp(argv[optind], argv + optind);
	err(1, "%s", argv[optind]);
}
