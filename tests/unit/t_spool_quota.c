/* t_spool_quota.c - how much a spool may hold */

#include <sys/statvfs.h>

#include "spool/intake.h"
#include "spool/quota.h"
#include "spooling.h"

static unsigned long long avail, inodes = 1000;

int
fstatvfs(int fd, struct statvfs *s)
{
	(void)fd;
	*s = (struct statvfs){ .f_frsize = 4096, .f_bsize = 4096,
	    .f_blocks = 100000, .f_bavail = (fsblkcnt_t)avail,
	    .f_files = 1000, .f_favail = (fsfilcnt_t)inodes };
	return 0;
}

#define Q	SPOOL_QUEUE

static void
queued(void)
{
	struct pond p;
	char id[SPOOL_ID];

	pond_open(&p);
	queue_letter(&p, id);
	queue_letter(&p, id);
	ok(quota_place(&p.spool, Q, 5000, &p.f) == 0, "there is no limit");
	p.spool.limits.messages = 3;
	ok(quota_place(&p.spool, Q, 5000, &p.f) == 0, "a third message");
	p.spool.limits.messages = 2;
	ok(quota_place(&p.spool, Q, 0, &p.f) == -1 && p.f.verdict == VD_TEMP &&
	    p.f.esc[0] == 4 && p.f.esc[1] == 3 && p.f.esc[2] == 1 &&
	    strstr(p.f.text, "(max-waiting)") != NULL, "but no fourth");
	p.spool.limits = (struct spool_limits){ .octets = 5000 };
	ok(quota_place(&p.spool, Q, 1, &p.f) == 0, "small ones");
	ok(quota_place(&p.spool, Q, 5000, &p.f) == -1 &&
	    strstr(p.f.text, "(max-waiting-size)") != NULL,
	    "together they are too large");
	pond_close(&p);
}

static void
disk(void)
{
	static const struct {
		struct spool_limits l;
		unsigned long long avail;
		bool full;
	} t[] = {
		{ { 0 }, 0, false },
		{ { .free_percent = 5 }, 5001, false },
		{ { .free_percent = 5 }, 5000, true },
		{ { .free_percent = 1, .free_octets = 10 << 20 }, 2560, true },
		{ { .free_percent = 1, .free_octets = 10 << 20 }, 2561, false },
	};
	struct spool_file file;
	struct pond p;
	size_t i;

	pond_open(&p);
	for (i = 0; i < NITEMS(t); i++) {
		p.spool.limits = t[i].l;
		avail = t[i].avail;
		is_int(quota_disk(&p.spool, &p.f), t[i].full ? -1 : 0,
		    "disk %zu", i);
		is_int(spool_begin(&p.spool, &file, &p.f),
		    t[i].full ? -1 : 0, "a message %zu", i);
		avail = 0;
		if (!t[i].full && t[i].l.free_percent != 0)
			is_int(spool_write(&p.spool, &file, "x", 1, &p.f), -1,
			    "it became full");
		spool_release(&p.spool, &file);
	}
	p.spool.limits = (struct spool_limits){ .free_percent = 5 };
	avail = 100000;
	inodes = 51;
	ok(quota_disk(&p.spool, &p.f) == 0, "there are inodes");
	inodes = 50;
	ok(quota_disk(&p.spool, &p.f) == -1 && p.f.esc[2] == 1 &&
	    strstr(p.f.text, "only 50 inodes") != NULL, "too few inodes");
	pond_close(&p);
}

int
main(void)
{
	queued();
	disk();
	return done();
}
