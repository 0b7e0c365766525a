#include "tool/check.h"

#include <string.h>

#include "aws/check.h"
#include "base/diag.h"
#include "base/out.h"
#include "json/json.h"

static struct {
    bool check;
    bool call;
} o;

const struct opt tool_check_options[] = {
    {OPT_FLAG, 0, "check", &o.check, NULL, NULL,
     "only look whether the model is there and enabled; costs nothing", 0, 0},
    {OPT_FLAG, 0, "check-call", &o.call, NULL, NULL,
     "the same, and call the model once, with a few tokens", 0, 0},
    {.type = OPT_END},
};

void tool_check_defaults(void)
{
    memset(&o, 0, sizeof(o));
}

bool tool_check_wanted(void)
{
    return o.check || o.call;
}

static int print(struct tool *tool, const struct tool_model *model, const char *note,
                 struct error *err)
{
    jv result = jv_object();

    json_set_str(&result, "model", model->name);
    json_set(&result, "ok", jv_true());
    json_set_str(&result, "note", note);
    buf_reset(&tool->line);
    json_write(&tool->line, result);
    jv_free(result);
    return out_buf(tool->out, &tool->line, err) < 0 ? -1 : out_flush(tool->out, err);
}

static int check(struct tool *tool, const struct tool_model *model, struct error *err)
{
    struct check_options options = {
        .transport = model->world.transport,
        .region = model->world.session ? aws_session_config(model->world.session)->region : NULL,
        .call = o.call,
    };
    char note[CHECK_NOTE_SIZE];

    return check_model(&options, model->settings.model_id, note, err) < 0
               ? -1
               : print(tool, model, note, err);
}

int tool_check_run(struct tool *tool, const char *model_id)
{
    struct tool_model model;
    struct error err;
    int status = 0;

    if (tool_model_open(&model, model_id, &err) < 0 || check(tool, &model, &err) < 0) {
        tool_model_fatal(tool, &err);
        status = diag_fail(&tool->fatal);
    }
    tool_model_close(&model);
    tool_abandon(tool);
    return status;
}
