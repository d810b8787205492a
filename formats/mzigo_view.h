/* mzigo_view.h: what the program sees of a view beyond its public face. */
#ifndef MZG_VIEW_H
#define MZG_VIEW_H

#include "mzigo.h"
#include "model/arch/model.h"

/* As mzg_view_open, telling notify what convert would tell of the model. */
enum mzg_code mzg_view_open_telling(struct mzg_view **v, const char *path, const struct mzg_notify *notify,
                                    struct mzg_err *e) MZG_MUST;

/* The metadata of a GGUF file; of a folder, what convert would write of itself or, where that is not possible, as
 * much of general.* as its files say; empty for bare weights. The view's. */
const struct mzg_kvs *mzg_view_kvs(const struct mzg_view *v);
/* Where the tensors lie. The view's. */
const struct mzg_weights *mzg_view_weights(const struct mzg_view *v);

/* As mzg_convert_sizes, without opening anything again. The error says why v cannot be converted. */
enum mzg_code mzg_view_sizes(const struct mzg_view *v, struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                             struct mzg_err *e) MZG_MUST;

/* For that: of an opened model. */
enum mzg_code mzg_model_sizes(const struct mzg_model *m, struct mzg_size_row rows[MZG_SIZE_ROWS],
                              size_t *n, struct mzg_err *e) MZG_MUST;

#endif
