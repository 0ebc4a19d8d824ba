/* SPDX-License-Identifier: MIT */
/*
 * The picture as pixels: the SVG, drawn by librsvg. That is loaded when it is first wanted: it brings forty libraries, and to
 * load those takes longer than most of what thrum does.
 */
#include "config.h"

#include <cairo.h>
#include <dlfcn.h>
#include <errno.h>
#include <librsvg/rsvg.h>
#include <stdlib.h>
#include "render/timeline.h"
#include "base/memory.h"

/* Twice the size in which it is drawn: fine lines stay fine. */
enum { SCALE = 2, PIXELS_MOST = 32767 };

/* What of it is called. */
#define DRAWING(CALL) \
    CALL(rsvg_handle_new_from_data) \
    CALL(rsvg_handle_get_intrinsic_size_in_pixels) \
    CALL(rsvg_handle_render_document) \
    CALL(g_object_unref) \
    CALL(cairo_image_surface_create) \
    CALL(cairo_surface_write_to_png_stream) \
    CALL(cairo_surface_status) \
    CALL(cairo_surface_destroy) \
    CALL(cairo_create) \
    CALL(cairo_destroy)

static struct {
#define POINTER(name) __typeof__(&name) name;
    DRAWING(POINTER)
#undef POINTER
} drawing;

/* 0, or -ELIBACC where it isn't there. Its name is that of the interface which librsvg/rsvg.h declares. */
static int load(void)
{
    void *rsvg = dlopen("librsvg-2.so.2", RTLD_LAZY | RTLD_LOCAL);
    if (!rsvg)
        return -ELIBACC;
#define LOOK_UP(name) \
    if (!(drawing.name = (__typeof__(&name))dlsym(rsvg, #name))) \
        return -ELIBACC;
    DRAWING(LOOK_UP)
#undef LOOK_UP
    return 0;
}

static cairo_status_t to_file(void *out, const unsigned char *bytes, unsigned length)
{
    return fwrite(bytes, 1, length, out) == length ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static int draw(RsvgHandle *handle, FILE *out)
{
    double width = 0, height = 0;
    if (!drawing.rsvg_handle_get_intrinsic_size_in_pixels(handle, &width, &height) || width < 1 || height < 1)
        return -EINVAL;
    double scale = width * SCALE > PIXELS_MOST || height * SCALE > PIXELS_MOST ? 1 : SCALE;
    cairo_surface_t *surface = drawing.cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * scale), (int)(height * scale));
    cairo_t *cairo = drawing.cairo_create(surface);
    RsvgRectangle all = {.width = width * scale, .height = height * scale};
    bool drawn = drawing.rsvg_handle_render_document(handle, cairo, &all, NULL);
    drawing.cairo_destroy(cairo);
    if (drawn && drawing.cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
        drawing.cairo_surface_write_to_png_stream(surface, to_file, out); /* what can't be written, the stream tells */
    else
        drawn = false;
    drawing.cairo_surface_destroy(surface);
    return drawn ? 0 : -EINVAL;
}

static int write_png(const struct timeline_view *view, FILE *out)
{
    char *text;
    size_t size;
    int status = load();
    if (status)
        return status;
    FILE *svg = memory_stream(&text, &size);
    status = timeline_svg.write(view, svg);
    fclose(svg);
    RsvgHandle *handle = status ? NULL : drawing.rsvg_handle_new_from_data((const guint8 *)text, size, NULL);
    if (!status)
        status = handle ? draw(handle, out) : -EINVAL;
    if (handle)
        drawing.g_object_unref(handle);
    free(text);
    return status;
}

const struct timeline_ops timeline_png = {
    .name = "png",
    .extension = ".png",
    .summary = "the same in pixels",
    .noun = "picture",
    .binary = true,
    .write = write_png,
};
