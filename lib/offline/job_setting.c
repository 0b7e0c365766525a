#include "offline/job_setting.h"

#include "json/json.h"

jv job_setting_default(void)
{
    return jv_parse("{\"minRecords\":100,\"maxRecords\":50000,\"maxActive\":0,\"pollsPerStep\":1,"
                    "\"recordsPerPoll\":10000,\"failEvery\":0,\"shuffle\":false,\"jobs\":[]}");
}

/* A member of the setting, into what it was; a misspelt one would leave a test without its fault.
 */
static int read_member(jv *next, jv key, jv value, struct error *err)
{
    const char *name = json_text(key, NULL);

    if (!json_has(*next, name))
        return error_set(err, ERR_DATA, "BadFaults", "batch jobs have no setting \"%.60s\"", name);
    json_set(next, name, jv_copy(value));
    return 0;
}

jv job_setting_read(jv setting, struct error *err)
{
    jv next = job_setting_default();
    int status = 0;

    if (!json_is(setting, JV_KIND_OBJECT))
        status = error_set(err, ERR_DATA, "BadFaults", "the setting of batch jobs is an object");
    for (int i = status == 0 ? jv_object_iter(setting) : 0;
         status == 0 && jv_object_iter_valid(setting, i); i = jv_object_iter_next(setting, i)) {
        jv key = jv_object_iter_key(setting, i);
        jv value = jv_object_iter_value(setting, i);

        status = read_member(&next, key, value, err);
        jv_free(key);
        jv_free(value);
    }
    if (status == 0)
        return next;
    jv_free(next);
    return jv_invalid();
}
