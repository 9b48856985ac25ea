/* dma.h - reads dma.conf, and the logins in auth.conf */

#ifndef SETUP_DMA_H
#define SETUP_DMA_H

#include "base/fault.h"
#include "setup/draft.h"

/* Add its settings to the draft.  -1 with a fault. */
int	dma_import(struct draft *, const char *path, struct fault *);

#endif
