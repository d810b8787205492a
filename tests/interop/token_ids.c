/* token_ids.c: `token_ids LIBRARIES FOLDER OUT.gguf TEXT [PRE]`: the tokenizer in FOLDER as a GGUF file
 * without weights, and the ids that the real llama.cpp gets from it for every line of the file TEXT, with
 * what it puts around a text: a line of numbers each. What the tokenizer had to say goes to stderr. */
#include "base/file.h"
#include "base/json.h"
#include "llama_vocab.h"
#include "model/containers/gguf.h"
#include "model/vocab/vocab.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT ((size_t)1 << 20)

static void say(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "notice: %s\n", text);
}

static void say_fault(int level, const char *text, void *ctx)
{
    (void)ctx;
    if (level >= 4) /* errors */
        fputs(text, stderr);
}

/* config.json, where there is one. */
static enum mzg_code read_config(const char *folder, json_t **config, struct mzg_err *e)
{
    char path[4096], *text;
    size_t len;

    *config = NULL;
    snprintf(path, sizeof path, "%s/config.json", folder);
    if (mzg_file_load(path, MAX_TEXT, &text, &len, e) != MZG_OK)
        return MZG_OK;
    enum mzg_code code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, config, e);
    free(text);
    return code;
}

static enum mzg_code write_file(const char *path, const struct mzg_vocab *v, struct mzg_err *e)
{
    struct mzg_kvs k;
    struct mzg_buf header;
    struct mzg_output o;

    mzg_kvs_init(&k);
    mzg_kvs_text(&k, "general.architecture", "llama");
    mzg_vocab_put(v, &k);
    mzg_buf_init(&header, MZG_GGUF_HEADER);
    enum mzg_code code = mzg_kvs_ok(&k, e);
    if (code == MZG_OK) {
        mzg_gguf_encode(&k, NULL, 0, MZG_GGUF_ALIGNMENT, &header);
        code = mzg_buf_ok(&header, "header", e);
    }
    if (code == MZG_OK && (code = mzg_output_open(&o, path, 0666, e)) == MZG_OK) {
        code = mzg_output_write(&o, header.data, header.len, e);
        if (code == MZG_OK)
            code = mzg_output_commit(&o, e);
        mzg_output_abandon(&o);
    }
    mzg_buf_clear(&header);
    mzg_kvs_clear(&k);
    return code;
}

static enum mzg_code convert(const char *folder, const char *out, const char *pre, struct mzg_err *e)
{
    const struct mzg_notify notify = {say, NULL};
    struct mzg_vocab_options opt = {.pre = pre, .notify = &notify};
    struct mzg_vocab v;
    json_t *config;

    enum mzg_code code = read_config(folder, &config, e);
    opt.config = config;
    if (code == MZG_OK && (code = mzg_vocab_load(&v, folder, &opt, e)) == MZG_OK) {
        code = write_file(out, &v, e);
        mzg_vocab_clear(&v);
    }
    json_decref(config);
    return code;
}

static bool print_ids(const struct vocab_peer *peer, const void *vocab, const char *line, size_t len)
{
    size_t room = len + 16;
    int32_t *ids = malloc(room * sizeof *ids);
    if (!ids)
        return false;
    int32_t n = peer->tokenize(vocab, line, (int32_t)len, ids, (int32_t)room, true, false);
    for (int32_t i = 0; i < n; i++)
        printf("%s%d", i ? " " : "", ids[i]);
    putchar('\n');
    free(ids);
    return n >= 0;
}

static int speak(const char *libraries, const char *gguf, const char *text, size_t len)
{
    struct vocab_peer peer;
    if (!vocab_peer_load(&peer, libraries))
        return 3;
    peer.log_set(say_fault, NULL);
    peer.init();
    struct peer_model_params params = peer.defaults();
    params.vocab_only = true;
    void *model = peer.load(gguf, params);
    if (!model) {
        fprintf(stderr, "llama.cpp does not load it\n");
        return 4;
    }
    bool good = true;
    for (const char *line = text, *end; good && line < text + len; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text + len - line));
        if (!end)
            break;
        good = print_ids(&peer, peer.vocab(model), line, (size_t)(end - line));
    }
    peer.release(model);
    return good ? 0 : 4;
}

int main(int argc, char **argv)
{
    struct mzg_err e;
    char *text;
    size_t len;

    if (argc < 5 || argc > 6) {
        fputs("usage: token_ids LIBRARIES FOLDER OUT.gguf TEXT [PRE]\n", stderr);
        return 2;
    }
    if (mzg_file_load(argv[4], MAX_TEXT, &text, &len, &e) != MZG_OK ||
        convert(argv[2], argv[3], argc > 5 ? argv[5] : NULL, &e) != MZG_OK) {
        fprintf(stderr, "%s\n", e.msg);
        return (int)e.code;
    }
    int rc = speak(argv[1], argv[3], text, len);
    free(text);
    return rc;
}
