/* quota.c - how much one spool may hold, and what the disk keeps free */

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <fcntl.h>
#include <stdlib.h>

#include "spool/quota.h"

/* 4.3.1: the mail system is full (RFC 3463). */
static int
quota_full(struct fault *f)
{
	f->esc[0] = 4, f->esc[1] = 3, f->esc[2] = 1;
	return -1;
}

/* Does so much of it stay free?  Some file systems do not know their size. */
static bool
quota_scarce(unsigned long long all, unsigned long long avail,
    unsigned percent, unsigned long long least)
{
	unsigned long long keep = all / 100 * percent;

	return all != 0 && avail <= (keep < least ? least : keep);
}

int
quota_disk(const struct spool *sp, struct fault *f)
{
	const struct spool_limits *l = &sp->limits;
	unsigned long long unit;
	struct statvfs fs;

	if ((l->free_percent == 0 && l->free_octets == 0) ||
	    fstatvfs(sp->place[SPOOL_QUEUE], &fs) == -1)
		return 0;
	unit = fs.f_frsize != 0 ? fs.f_frsize : fs.f_bsize;
	if (unit != 0 && quota_scarce(fs.f_blocks, fs.f_bavail,
	    l->free_percent, (unsigned long long)l->free_octets / unit))
		(void)fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s: the file system has only %llu MiB free (min-free)",
		    sp->path, fs.f_bavail * unit / 1048576);
	else if (l->free_percent != 0 && quota_scarce(fs.f_files, fs.f_favail,
	    l->free_percent, 0))
		(void)fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s: the file system has only %llu inodes free "
		    "(min-free)", sp->path, (unsigned long long)fs.f_favail);
	else
		return 0;
	return quota_full(f);
}

long long
quota_octets(const struct spool *sp, enum spool_place place, const char *id)
{
	struct stat st;

	return fstatat(sp->place[place], id, &st, AT_SYMLINK_NOFOLLOW) == 0 ?
	    st.st_size : 0;
}

int
quota_place(struct spool *sp, enum spool_place place, size_t size,
    struct fault *f)
{
	const struct spool_limits *l = &sp->limits;
	long long octets = (long long)size;
	char (*ids)[SPOOL_ID];
	size_t i, n;

	if (l->messages == 0 && l->octets == 0)
		return 0;
	if (spool_list(sp, place, &ids, &n, f) == -1)
		return -1;
	for (i = 0; i < n && l->octets != 0; i++)
		octets += quota_octets(sp, place, ids[i]);
	free(ids);
	if (l->messages != 0 && n >= (unsigned long long)l->messages)
		(void)fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s: %zu messages wait already (max-waiting)", sp->path,
		    n);
	else if (l->octets != 0 && octets > l->octets)
		(void)fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s: more than %lld octets would wait (max-waiting-size)",
		    sp->path, l->octets);
	else
		return 0;
	return quota_full(f);
}
