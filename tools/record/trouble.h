/* SPDX-License-Identifier: MIT */
/* Trouble on its way up to whoever tells the user: an errno value and one line that says what is wrong and what to do. */
#ifndef THRUM_RECORD_TROUBLE_H
#define THRUM_RECORD_TROUBLE_H

/* Puts the line into *trouble, to be freed, where none is there yet; NULL where there is no memory. Returns -err. */
int trouble_tell(char **trouble, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
