/* SPDX-License-Identifier: MIT */
/*
 * Registers frames, as a compiler at run time does: until gcc 13 the unwinder locks them by a mutex that thrum sees, and a walk of the
 * stack at that acquire would lock it again.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

extern void __register_frame(void *);

static __attribute__((noinline)) void register_frames(void *frames, unsigned depth)
{
    volatile char pad[64];

    pad[0] = 0;
    if (depth > 0)
        register_frames(frames, depth - 1);
    else
        __register_frame(frames);
    pad[1] = pad[0];
}

int main(void)
{
    static char code[4][64];
    static struct {
        _Alignas(8) uint32_t length, id;
        uint8_t version, augmentation, code, data, address, rest[11];
        uint32_t frame_length, frame_cie;
        void *begin;
        uint64_t size;
        uint8_t nothing[4];
        uint32_t end;
    } frames[4];

    for (unsigned i = 0; i < 4; i++) {
        frames[i].length = 20, frames[i].version = frames[i].code = 1, frames[i].data = 0x78, frames[i].address = 16;
        memcpy(frames[i].rest, "\x0c\x07\x08\x90\x01", 5);
        frames[i].frame_length = 24, frames[i].frame_cie = 28;
        frames[i].begin = code[i], frames[i].size = sizeof(code[i]);
        register_frames(&frames[i], i);
    }
    puts("registered");
    return 0;
}
