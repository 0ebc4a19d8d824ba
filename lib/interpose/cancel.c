/* SPDX-License-Identifier: MIT */
/* pthread_setcanceltype(): a thread that may be cancelled at any instruction mustn't be while a sink writes. */
#include "interpose/interpose.h"

INTERPOSE int pthread_setcanceltype(int type, int *old)
{
    int result;

    if (thrum_self.guard != 0)
        return REAL(pthread_setcanceltype)(type, old);
    /* Before the call, which acts on a cancellation that has come. */
    if (type == PTHREAD_CANCEL_ASYNCHRONOUS)
        thrum_self.asynchronous = true;
    result = REAL(pthread_setcanceltype)(type, old);
    if (type == PTHREAD_CANCEL_DEFERRED)
        thrum_self.asynchronous = false;
    return result;
}
