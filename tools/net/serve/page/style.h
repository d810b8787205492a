/* style.h: how the page looks. */
#ifndef MZG_PAGE_STYLE_H
#define MZG_PAGE_STYLE_H

extern const char mzg_style[];

#endif
