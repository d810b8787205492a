#include "qr.h"
#ifdef MZG_HAVE_QRENCODE
#include "html.h"
#include <qrencode.h>

#define QUIET 4 /* modules of white around it, as the standard asks for */

/* Each run of dark modules is a stroke along the middle of its row: "m3 0h7" after the run before. */
static void draw_row(struct mzg_buf *out, const unsigned char *row, int width, int y)
{
    int at = 0; /* where the pen is */
    bool begun = false;
    for (int x = 0; x < width;) {
        int end = x;
        while (end < width && (row[end] & 1) == 1)
            end++;
        if (end == x) {
            x++;
            continue;
        }
        if (begun)
            mzg_buf_printf(out, "m%d 0h%d", x - at, end - x);
        else
            mzg_buf_printf(out, "M%d %d.5h%d", x + QUIET, y + QUIET, end - x);
        begun = true;
        at = x = end;
    }
}

bool mzg_qr_svg(struct mzg_buf *out, const char *text, const char *label)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!code)
        return false;
    mzg_html(out, "<svg class=\"qr\" role=\"img\" aria-label=\"%s\" ", label);
    mzg_buf_printf(out, "viewBox=\"0 0 %d %d\">", code->width + 2 * QUIET, code->width + 2 * QUIET);
    mzg_buf_text(out, "<path fill=\"#fff\" d=\"M0 0h999v999H0z\"/>"
                      "<path stroke=\"#000\" shape-rendering=\"crispEdges\" d=\"");
    for (int y = 0; y < code->width; y++)
        draw_row(out, code->data + y * code->width, code->width, y);
    mzg_buf_text(out, "\"/></svg>\n");
    QRcode_free(code);
    return true;
}
#else
bool mzg_qr_svg(struct mzg_buf *out, const char *text, const char *label)
{
    (void)out, (void)text, (void)label;
    return false;
}
#endif
