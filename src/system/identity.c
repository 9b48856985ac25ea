/* identity.c - the calling user, its group and process, and the host */

#include <sys/types.h>
#include <sys/socket.h>

#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/ascii.h"
#include "system/identity.h"
#include "system/readfile.h"

#define PASSWD	4194304		/* octets of passwd(5), at most */

/* The first part of GECOS, where & is the login name, capitalised. */
static void
ident_full_name(const char *gecos, const char *login, char *out, size_t n)
{
	size_t used = 0, k;

	for (; *gecos != '\0' && *gecos != ',' && used + 1 < n; gecos++) {
		if (*gecos != '&') {
			out[used++] = *gecos;
			continue;
		}
		k = strlcpy(out + used, login, n - used);
		if (k > 0)
			out[used] = ascii_upper(out[used]);
		used += k < n - used ? k : n - used - 1;
	}
	out[used] = '\0';
}

static bool
ident_ends(const char *p, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n > k && memcmp(p + n - k, end, k) == 0;
}

void
identity_user(uid_t uid, char *name, size_t n, char *full, size_t nfull)
{
	const struct passwd *pw = getpwuid(uid);

	full[0] = '\0';
	if (pw == NULL || pw->pw_name[0] == '\0') {
		(void)snprintf(name, n, "uid%u", (unsigned)uid);
		return;
	}
	(void)strlcpy(name, pw->pw_name, n);
	if (pw->pw_gecos != NULL)
		ident_full_name(pw->pw_gecos, pw->pw_name, full, nfull);
}

void
identity_users(struct buf *users)
{
	struct stat st;
	struct fault f = { 0 };

	users->max = PASSWD;
	buf_adds(users, "\n");
	(void)readfile_whole("/etc/passwd", false, users, &st, &f);
}

/* Case does not matter: "To: Alice" is alice's. */
bool
identity_listed(const struct buf *users, const char *name)
{
	size_t n = strlen(name);
	const char *p = buf_text(users);

	while (strchr(name, ':') == NULL && (p = strchr(p, '\n')) != NULL)
		if (strncasecmp(++p, name, n) == 0 && p[n] == ':')
			return true;
	return false;
}

void
identity_group_of(gid_t gid, char *out, size_t n)
{
	const struct group *gr = getgrgid(gid);

	if (gr != NULL)
		(void)strlcpy(out, gr->gr_name, n);
	else
		(void)snprintf(out, n, "%u", (unsigned)gid);
}

void
identity_group(char *out, size_t n)
{
	identity_group_of(getgid(), out, n);
}

void
identity_parent(char *out, size_t n)
{
	char path[64];
	FILE *f;

	out[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", (long)getppid());
	if ((f = fopen(path, "re")) == NULL)
		return;
	if (fgets(out, (int)n, f) == NULL)
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	(void)fclose(f);
}

/* "/system.slice/cron.service": the innermost unit if it is a service. */
static void
ident_service(const char *path, char *out, size_t n)
{
	size_t len;

	for (; *path != '\0'; path += len + (path[len] != '\0')) {
		len = strcspn(path, "/\n");
		if (ident_ends(path, len, ".service") && len < n)
			(void)strlcpy(out, path, len + 1);
		else if (ident_ends(path, len, ".scope"))
			out[0] = '\0';
	}
}

void
identity_unit(char *out, size_t n)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[1024], *path;

	out[0] = '\0';
	while (f != NULL && out[0] == '\0' && fgets(line, sizeof(line), f))
		/* "0::" is version 2; version 1 has a line for each kind. */
		if ((path = strstr(line, ":/")) != NULL)
			ident_service(path + 1, out, n);
	if (f != NULL)
		(void)fclose(f);
}

void
identity_host(char *out, size_t n)
{
	struct addrinfo hints = { .ai_flags = AI_CANONNAME,
	    .ai_socktype = SOCK_STREAM };
	struct addrinfo *res = NULL;

	if (gethostname(out, n) == -1)
		(void)strlcpy(out, "localhost", n);
	out[n - 1] = '\0';
	if (strchr(out, '.') != NULL ||
	    getaddrinfo(out, NULL, &hints, &res) != 0)
		return;
	if (res->ai_canonname != NULL &&
	    strchr(res->ai_canonname, '.') != NULL &&
	    strlen(res->ai_canonname) < n)
		(void)strlcpy(out, res->ai_canonname, n);
	freeaddrinfo(res);
}
