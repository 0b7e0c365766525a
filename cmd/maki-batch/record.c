#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void record_id(int64_t index, char id[RECORD_ID_SIZE])
{
    snprintf(id, RECORD_ID_SIZE, "R%010" PRId64, index);
}

int64_t record_index(const char *id)
{
    if (id == NULL || *id != 'R' || strlen(id) < 11 || strlen(id) >= RECORD_ID_SIZE ||
        id[1 + strspn(id + 1, "0123456789")] != '\0')
        return -1;
    return strtoll(id + 1, NULL, 10);
}

int record_write(struct buf *line, int64_t index, const struct classify *c,
                 const char *invocation_type, struct error *err)
{
    struct converse_chat chat;
    struct http_request request;
    char id[RECORD_ID_SIZE];
    int status;

    (void)invocation_type;
    record_id(index, id);
    converse_chat_init(&chat, c->template);
    converse_chat_user(&chat, c->message.data, c->message.len);
    status = converse_chat_request(&chat, &request, err);
    if (status == 0) {
        buf_addf(line, "{\"recordId\":\"%s\",\"modelInput\":", id);
        buf_add(line, request.body, request.body_len);
        if (buf_addc(line, '}') < 0)
            status = error_set(err, ERR_DATA, "RequestTooLarge", "the record is too long");
    }
    converse_chat_clear(&chat);
    return status;
}
