/* SPDX-License-Identifier: MIT */
/* Embeds the files of page/. The Makefile knows that this object depends on them. */
#include "config.h"
#include "render/page.h"

/* THRUM_PAGE_DIR is set by the Makefile: page/ as seen from where the compiler runs. */
#define EMBED(name, file)                                                   \
    __asm__(".pushsection .rodata\n"                                        \
            "page_" #name "_begin: .incbin \"" THRUM_PAGE_DIR "/" file "\"\n" \
            "page_" #name "_end: .byte 0\n"                                 \
            ".popsection\n");                                               \
    extern const char page_##name##_begin[] __attribute__((visibility("hidden"))); \
    extern const char page_##name##_end[] __attribute__((visibility("hidden")));

/* Every script, each after those that it needs when it is read. */
#define SCRIPTS(SCRIPT) \
    SCRIPT(format)      \
    SCRIPT(data)        \
    SCRIPT(lane)        \
    SCRIPT(deadlock)    \
    SCRIPT(layout)      \
    SCRIPT(theme)       \
    SCRIPT(axis)        \
    SCRIPT(gutter)      \
    SCRIPT(marks)       \
    SCRIPT(pins)        \
    SCRIPT(links)       \
    SCRIPT(path)        \
    SCRIPT(draw)        \
    SCRIPT(overview)    \
    SCRIPT(words)       \
    SCRIPT(legend)      \
    SCRIPT(filter)      \
    SCRIPT(range)       \
    SCRIPT(panel)       \
    SCRIPT(search)      \
    SCRIPT(input)       \
    SCRIPT(help)        \
    SCRIPT(pair)        \
    SCRIPT(app)         \
    SCRIPT(main)

#define EMBED_SCRIPT(name) EMBED(name, #name ".js")
EMBED(html, "page.html")
EMBED(pair_frame, "pair.html")
EMBED(css, "page.css")
SCRIPTS(EMBED_SCRIPT)

#define PART(name) {page_##name##_begin, page_##name##_end}
#define SCRIPT_PART(name) PART(name),
const struct page_part page_frame = PART(html);
const struct page_part page_pair = PART(pair_frame);
const struct page_part page_style = PART(css);
const struct page_part page_scripts[] = {SCRIPTS(SCRIPT_PART)};
const size_t page_script_count = sizeof page_scripts / sizeof page_scripts[0];
