/*
 * A file of a category is refused with its path and a line, or taken; what was taken can be learnt.
 * The first byte chooses the kind of file.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "maki/category_file.h"
#include "offline/insight.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"desc.txt",  "cues.txt",    "playbook.txt",
                                        "synth.txt", "case-1.json", "case-1.jsonl"};
    struct category_file file = {.path = "there", .data = (const char *)data + 1, .len = size - 1};
    struct category_set set = {0};
    struct error err = {0};

    if (size == 0)
        return 0;
    file.name = names[data[0] % (sizeof(names) / sizeof(names[0]))];
    set.items = mem_calloc(1, sizeof(*set.items));
    set.items[0].name = mem_strdup("fuzzed");
    set.count = 1;
    if (category_file_parse(&set.items[0], &file, &err) < 0) {
        assert(err.kind == ERR_CONFIG && strncmp(err.message, "there:", 6) == 0);
        assert(err.message[6] >= '1' && err.message[6] <= '9');
    } else {
        if (set.items[0].description == NULL)
            set.items[0].description = mem_strdup("Needed.");
        insight_model_free(insight_model_new(&set));
    }
    category_set_clear(&set);
    return 0;
}
