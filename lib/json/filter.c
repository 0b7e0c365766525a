#include "json/filter.h"

#include <jq.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct filter {
    jq_state *jq;
    struct buf complaints; /* what libjq said while compiling */
};

/*
 * Definitions in front of the user's program, on its first line, that shadow whatever reaches
 * outside the record. An import must stand first in a program, so the same prefix also makes
 * modules a syntax error. $ENV is the compiler's own unless it is bound where the program stands: a
 * global of that name would not do.
 */
static const char shadow[] =
    "def env: {}; def input: error(\"input is not available\"); def inputs: empty; "
    "def input_filename: null; def input_line_number: 0; def debug: .; def debug(f): .; def "
    "stderr: .; "
    "def halt: error(\"halt is not available\"); def halt_error: error; def halt_error(f): error; "
    "def modulemeta: error(\"modules are not available\"); def get_search_list: []; "
    "def get_prog_origin: null; def get_jq_origin: null; {} as $ENV | ";

static void complain(void *state, jv message)
{
    struct filter *filter = state;
    const char *text = json_text(message, NULL);

    if (text != NULL && filter->complaints.len < 512) {
        if (filter->complaints.len > 0)
            buf_adds(&filter->complaints, "; ");
        buf_adds(&filter->complaints, text);
    }
    jv_free(message);
}

struct filter *filter_compile(const char *program, struct error *err)
{
    struct filter *filter = mem_calloc(1, sizeof(*filter));
    char *guarded = mem_printf("%s%s", shadow, program);
    int compiled;

    buf_init(&filter->complaints, 65536);
    filter->jq = jq_init();
    if (filter->jq == NULL)
        abort(); /* out of memory, as everywhere in libjq */
    jq_set_error_cb(filter->jq, complain, filter);
    compiled = jq_compile_args(filter->jq, guarded, jv_object());
    free(guarded);
    if (compiled)
        return filter;
    for (char *p = filter->complaints.data; p && *p; p++) {
        if (*p == '\n')
            *p = ' ';
    }
    error_set(err, ERR_USAGE, "BadFilter", "the filter does not compile: %.300s",
              buf_str(&filter->complaints));
    filter_free(filter);
    return NULL;
}

/* jq's error value is usually text. */
static void describe_failure(jv message, struct error *err)
{
    const char *text = json_text(message, NULL);

    error_set(err, ERR_DATA, "FilterFailed", "the filter failed: %.300s",
              text ? text : "(an error that is not text)");
}

jv filter_run(struct filter *filter, jv value, struct error *err)
{
    jv results = jv_array();
    jv result;

    jq_start(filter->jq, jv_copy(value), 0);
    while (jv_is_valid(result = jq_next(filter->jq))) {
        if (json_count(results) == FILTER_RESULTS_MAX) {
            jv_free(result);
            jv_free(results);
            error_set(err, ERR_DATA, "FilterFailed", "the filter gave more than %d results",
                      FILTER_RESULTS_MAX);
            return jv_invalid();
        }
        results = jv_array_append(results, result);
    }
    if (jv_invalid_has_msg(jv_copy(result))) {
        jv message = jv_invalid_get_msg(result);

        describe_failure(message, err);
        jv_free(message);
        jv_free(results);
        return jv_invalid();
    }
    jv_free(result);
    return results;
}

void filter_free(struct filter *filter)
{
    if (filter == NULL)
        return;
    jq_teardown(&filter->jq);
    buf_clear(&filter->complaints);
    free(filter);
}
