#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/json.h"

enum { JOURNAL_BYTES_MAX = 256 << 20, LINE_BYTES_MAX = 1 << 20 };

struct journal {
    char *path;
    int fd;
    int lock; /* on a file beside it */
    struct buf line;
};

static int failed(const struct journal *journal, const char *what, struct error *err)
{
    return error_set_errno(err, ERR_IO, errno, "FileError", "cannot %s the journal %s", what,
                           journal->path);
}

/* Each whole line to `each`; *len becomes the bytes of whole lines. */
static int read_events(struct journal *journal, const struct buf *text, size_t *len,
                       journal_each_fn *each, void *context, struct error *err)
{
    int number = 0;

    for (size_t at = 0; at < text->len;) {
        const char *line = text->data + at;
        const char *end = memchr(line, '\n', text->len - at);
        jv event;
        int status;

        if (end == NULL)
            break;
        number++;
        event = json_parse(line, (size_t)(end - line), NULL, err);
        if (!json_is(event, JV_KIND_OBJECT)) {
            jv_free(event);
            return error_set(err, ERR_DATA, "BadJournal",
                             "%s:%d: this is no line of a journal; if it is none, name another "
                             "file with --journal",
                             journal->path, number);
        }
        status = each(context, event, err);
        jv_free(event);
        if (status < 0)
            return error_prefix(err, "%s:%d", journal->path, number);
        at += (size_t)(end - line) + 1;
        *len = at;
    }
    return 0;
}

static int read_all(struct journal *journal, journal_each_fn *each, void *context,
                    struct error *err)
{
    struct buf text;
    size_t len = 0;
    int status;

    buf_init(&text, JOURNAL_BYTES_MAX);
    status = file_read(journal->path, &text, err);
    if (status == 0)
        status = read_events(journal, &text, &len, each, context, err);
    if (status == 0 && len < text.len && ftruncate(journal->fd, (off_t)len) < 0)
        status = failed(journal, "shorten", err);
    buf_clear(&text);
    return status;
}

static int open_files(struct journal *journal, struct error *err)
{
    char *lock = mem_printf("%s.lock", journal->path);
    bool made = !file_exists(journal->path);

    journal->lock = file_lock(lock, err);
    free(lock);
    if (journal->lock < 0)
        return -1;
    journal->fd = open(journal->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (journal->fd < 0)
        return error_set_errno(err, ERR_CANTCREAT, errno, "FileError", "cannot open the journal %s",
                               journal->path);
    return made ? file_sync_parents(journal->path, err) : 0;
}

struct journal *journal_open(const char *path, journal_each_fn *each, void *context,
                             struct error *err)
{
    struct journal *journal = mem_calloc(1, sizeof(*journal));

    journal->path = mem_strdup(path);
    journal->fd = journal->lock = -1;
    buf_init(&journal->line, LINE_BYTES_MAX);
    if (open_files(journal, err) == 0 && read_all(journal, each, context, err) == 0)
        return journal;
    journal_close(journal);
    return NULL;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->fd >= 0)
        close(journal->fd);
    if (journal->lock >= 0)
        close(journal->lock);
    buf_clear(&journal->line);
    free(journal->path);
    free(journal);
}

int journal_add(struct journal *journal, jv event, struct error *err)
{
    size_t done = 0;

    buf_reset(&journal->line);
    json_write(&journal->line, event);
    buf_addc(&journal->line, '\n');
    jv_free(event);
    if (buf_full(&journal->line))
        return error_set(err, ERR_INTERNAL, "EventTooLong", "an event of over %d bytes",
                         LINE_BYTES_MAX);
    while (done < journal->line.len) {
        ssize_t wrote = write(journal->fd, journal->line.data + done, journal->line.len - done);

        if (wrote < 0 && errno != EINTR)
            return failed(journal, "write to", err);
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return fsync(journal->fd) < 0 ? failed(journal, "write to", err) : 0;
}

int journal_clear(struct journal *journal, struct error *err)
{
    return ftruncate(journal->fd, 0) < 0 || fsync(journal->fd) < 0 ? failed(journal, "empty", err)
                                                                   : 0;
}
