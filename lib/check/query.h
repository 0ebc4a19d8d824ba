/* SPDX-License-Identifier: MIT */
/* What threads hold and wait for, printed when asked for. */
#ifndef THRUM_CHECK_QUERY_H
#define THRUM_CHECK_QUERY_H

/* Prints it on stderr whenever the process gets this signal; a handler that the program sets for it takes its place. */
void query_on_signal(int signal);

#endif
