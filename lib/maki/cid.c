#include "maki/cid.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "maki/case.h"
#include "json/json.h"

enum { PATH_BYTES_MAX = 4096, FILE_BYTES_MAX = 512 << 20, NAME_BYTES_MAX = 240 };

/* A component of a path: nothing that leads elsewhere or is too long for a file's name. */
static const char *check_component(jv support_case, const char *name, struct error *err)
{
    size_t len;
    const char *text = json_str(support_case, name, &len);

    if (text == NULL || len == 0)
        error_set(err, ERR_DATA, "MissingMember",
                  "%s is missing or empty: the tree has no place for the case", name);
    else if (len > NAME_BYTES_MAX || strlen(text) != len || strchr(text, '/') != NULL ||
             text[0] == '.')
        error_set(err, ERR_DATA, "BadKey", "%s cannot be the name of a file", name);
    else
        return text;
    return NULL;
}

int cid_key(struct buf *key, const char *folder, jv support_case, struct error *err)
{
    const char *id = check_component(support_case, "caseId", err);
    const char *account = id ? check_component(support_case, "accountId", err) : NULL;
    char date[64];
    int64_t ms;

    if (account == NULL)
        return -1;
    if (case_time(support_case, "timeCreated", &ms) < 0)
        return error_set(err, ERR_DATA, "BadTime",
                         "timeCreated is missing or no time: the tree has no place for the case");
    time_format(ms, "year=%Y/month=%m/day=%d", date, sizeof(date));
    return buf_addf(key, CID_ROOT "/%s/payer_id=%s/account_id=%s/%s/%s.json", folder, account,
                    account, date, id);
}

/* A member under its other name; null where there is none. */
static void copy(jv *into, const char *name, jv from, const char *from_name)
{
    jv value = json_get(from, from_name);

    json_set(into, name, jv_is_valid(value) ? jv_copy(value) : jv_null());
}

static void write_object(struct buf *out, jv object)
{
    json_write(out, object);
    jv_free(object);
}

void cid_write_data(struct buf *out, jv support_case)
{
    static const char *const names[][2] = {
        {"CaseId", "caseId"},
        {"DisplayId", "displayId"},
        {"Subject", "subject"},
        {"Status", "status"},
        {"ServiceCode", "serviceCode"},
        {"CategoryCode", "categoryCode"},
        {"SeverityCode", "severityCode"},
        {"SubmittedBy", "submittedBy"},
        {"TimeCreated", "timeCreated"},
        {"CCEmailAddresses", "ccEmailAddresses"},
        {"Language", "language"},
    };
    jv data = jv_object();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        copy(&data, names[i][0], support_case, names[i][1]);
    json_set(&data, "AccountAlias", jv_null());
    json_set(&data, "Summary", jv_null());
    write_object(out, data);
}

void cid_write_communications(struct buf *out, jv support_case)
{
    jv communications = json_get(support_case, "communications");

    for (int i = json_count(communications) - 1; i >= 0; i--) {
        jv communication = json_at(communications, i);
        jv line = jv_object();

        copy(&line, "CaseId", support_case, "caseId");
        copy(&line, "Body", communication, "body");
        copy(&line, "SubmittedBy", communication, "submittedBy");
        copy(&line, "TimeCreated", communication, "timeCreated");
        json_set(&line, "AttachmentSet", jv_null());
        json_set(&line, "AccountAlias", jv_null());
        write_object(out, line);
        buf_addc(out, '\n');
    }
}

static int put_file(const char *dir, const char *folder, jv support_case, struct error *err)
{
    struct buf path;
    struct buf text;
    int status;

    buf_init(&path, PATH_BYTES_MAX);
    buf_init(&text, FILE_BYTES_MAX);
    buf_addf(&path, "%s/", dir);
    status = cid_key(&path, folder, support_case, err);
    if (status == 0 && strcmp(folder, CID_DATA) == 0)
        cid_write_data(&text, support_case);
    else if (status == 0)
        cid_write_communications(&text, support_case);
    if (status == 0 && (buf_full(&path) || buf_full(&text)))
        status = error_set(err, ERR_DATA, "TooLong", "the case or its path is too long");
    if (status == 0) {
        struct file_write write = {
            .path = buf_str(&path), .data = buf_str(&text), .len = text.len, .no_sync = true};

        status = file_write_atomic(&write, NULL, err);
    }
    buf_clear(&path);
    buf_clear(&text);
    return status;
}

int cid_put(const char *dir, jv support_case, struct error *err)
{
    return put_file(dir, CID_COMMUNICATIONS, support_case, err) < 0 ||
                   put_file(dir, CID_DATA, support_case, err) < 0
               ? -1
               : 0;
}
