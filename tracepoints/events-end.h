/* SPDX-License-Identifier: MIT */
/* Forgets the definitions that events.h was included with; include it right after. */
#undef THRUM_EVENT
#undef THRUM_ADDR
#undef THRUM_U32
#undef THRUM_U64
#undef THRUM_I32
#undef THRUM_I64
#undef THRUM_WORD
#undef THRUM_STRING
#undef THRUM_ADDRS
