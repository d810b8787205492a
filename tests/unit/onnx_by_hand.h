/* onnx_by_hand.h: protobuf messages written field by field, as no library would write some of them. */
#ifndef MZG_TESTS_ONNX_BY_HAND_H
#define MZG_TESTS_ONNX_BY_HAND_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define MESSAGE_MAX (1u << 19)

struct message {
    uint8_t data[MESSAGE_MAX];
    size_t n;
};

static inline void put_bytes(struct message *m, const void *data, size_t n)
{
    assert(n <= MESSAGE_MAX - m->n);
    memcpy(m->data + m->n, data, n);
    m->n += n;
}

static inline void put_varint(struct message *m, uint64_t v)
{
    uint8_t byte;

    do {
        byte = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
        put_bytes(m, &byte, 1);
        v >>= 7;
    } while (v > 0);
}

static inline void put_number(struct message *m, unsigned field, uint64_t v)
{
    put_varint(m, field << 3);
    put_varint(m, v);
}

/* A text, or what a packed field holds. */
static inline void put_field(struct message *m, unsigned field, const void *data, size_t n)
{
    put_varint(m, field << 3 | 2);
    put_varint(m, n);
    put_bytes(m, data, n);
}

static inline void put_text(struct message *m, unsigned field, const char *text)
{
    put_field(m, field, text, strlen(text));
}

static inline void put_message(struct message *m, unsigned field, const struct message *inner)
{
    put_field(m, field, inner->data, inner->n);
}

/* TensorProto's dims, data_type, name. */
static inline void put_head(struct message *t, const char *name, unsigned type, uint64_t rows,
                            uint64_t width)
{
    if (rows)
        put_number(t, 1, rows);
    put_number(t, 1, width);
    put_number(t, 2, type);
    put_text(t, 8, name);
}

/* A model of this graph. */
static inline void put_model(struct message *m, const struct message *graph)
{
    put_number(m, 1, 8);
    put_text(m, 2, "by hand");
    put_message(m, 7, graph);
}

#endif
