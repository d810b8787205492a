/* usage: json PATH < DOCUMENT
 * Prints the value at PATH ("error.status", "tensors.0.name"); "[n]" for a list of n, "{n}" for an
 * object, "none" where there is nothing. Fails unless the input is one JSON document. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *step(const json_t *v, const char *name)
{
    if (json_is_array(v))
        return json_array_get(v, strtoul(name, NULL, 10));
    return json_object_get(v, name);
}

static void print(const json_t *v)
{
    if (!v)
        puts("none");
    else if (json_is_string(v))
        puts(json_string_value(v));
    else if (json_is_array(v))
        printf("[%zu]\n", json_array_size(v));
    else if (json_is_object(v))
        printf("{%zu}\n", json_object_size(v));
    else {
        json_dumpf(v, stdout, JSON_ENCODE_ANY);
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    json_error_t err;
    json_t *root = json_loadf(stdin, JSON_REJECT_DUPLICATES, &err);
    const json_t *v = root;
    if (!root || argc != 2) {
        printf("not JSON: %s\n", root ? "usage: json PATH" : err.text);
        json_decref(root);
        return 1;
    }
    for (char *name = strtok(argv[1], "."); name && v; name = strtok(NULL, "."))
        v = step(v, name);
    print(v);
    json_decref(root);
    return 0;
}
