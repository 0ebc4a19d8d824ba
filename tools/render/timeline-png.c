/* SPDX-License-Identifier: MIT */
/* The picture as pixels: the SVG, drawn by librsvg. */
#include "config.h"

#include <cairo.h>
#include <errno.h>
#include <librsvg/rsvg.h>
#include <stdlib.h>
#include "render/timeline.h"
#include "base/memory.h"

/* Twice the size in which it is drawn: fine lines stay fine. */
enum { SCALE = 2, PIXELS_MOST = 32767 };

static cairo_status_t to_file(void *out, const unsigned char *bytes, unsigned length)
{
    return fwrite(bytes, 1, length, out) == length ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static int draw(RsvgHandle *handle, FILE *out)
{
    double width = 0, height = 0;
    if (!rsvg_handle_get_intrinsic_size_in_pixels(handle, &width, &height) || width < 1 || height < 1)
        return -EINVAL;
    double scale = width * SCALE > PIXELS_MOST || height * SCALE > PIXELS_MOST ? 1 : SCALE;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * scale), (int)(height * scale));
    cairo_t *cairo = cairo_create(surface);
    RsvgRectangle all = {.width = width * scale, .height = height * scale};
    bool drawn = rsvg_handle_render_document(handle, cairo, &all, NULL);
    cairo_destroy(cairo);
    if (drawn && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
        cairo_surface_write_to_png_stream(surface, to_file, out); /* what can't be written, the stream tells */
    else
        drawn = false;
    cairo_surface_destroy(surface);
    return drawn ? 0 : -EINVAL;
}

static int write_png(const struct timeline_view *view, FILE *out)
{
    char *text;
    size_t size;
    FILE *svg = memory_stream(&text, &size);
    int status = timeline_svg.write(view, svg);
    fclose(svg);
    RsvgHandle *handle = status ? NULL : rsvg_handle_new_from_data((const guint8 *)text, size, NULL);
    if (!status)
        status = handle ? draw(handle, out) : -EINVAL;
    if (handle)
        g_object_unref(handle);
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
