/* Every line that is not blank gives one value or one bad line; line numbers rise; with one more
 * byte in front, too. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json/jsonl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct jsonl_options options = {.line_bytes_max = 1000};
static const struct jsonl_options documents = {.line_bytes_max = 1000, .documents = true};

/* Read all of it: how many lines came, good or bad. */
static long read_all(int fd, const struct jsonl_options *how, bool *failed)
{
    char path[32];
    struct error err;
    struct jsonl *reader;
    enum jsonl_status status;
    long count = 0;
    long before = 0;
    jv value;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* opened anew, so read from the start */
    reader = jsonl_open(path, how, &err);
    assert(reader != NULL);
    while ((status = jsonl_next(reader, &value, &err)) == JSONL_VALUE || status == JSONL_BAD) {
        size_t len;

        jsonl_text(reader, &len);
        assert(len <= options.line_bytes_max && jsonl_line(reader) > before);
        assert(status == JSONL_VALUE || (err.kind == ERR_DATA && *err.message));
        before = jsonl_line(reader);
        count++;
        if (status == JSONL_VALUE)
            jv_free(value);
    }
    *failed = status == JSONL_FAILED;
    jsonl_close(reader);
    return count;
}

/* Lines with anything but white space in them; a byte order mark may stand in front of the first.
 */
static long count_lines(const uint8_t *data, size_t size)
{
    long count = 0;
    bool blank = true;

    if (size >= 3 && data[0] == 0xef && data[1] == 0xbb && data[2] == 0xbf) {
        data += 3;
        size -= 3;
    }
    for (size_t i = 0; i < size; i++) {
        if (data[i] != '\n' && data[i] != '\r' && data[i] != ' ' && data[i] != '\t')
            blank = false;
        if (!blank && (data[i] == '\n' || i + 1 == size))
            count++;
        if (data[i] == '\n')
            blank = true;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("jsonl", MFD_CLOEXEC);
    bool gzip = size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
    bool failed;
    long lines;

    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    lines = read_all(fd, &options, &failed);
    assert(gzip || (!failed && lines == count_lines(data, size)));
    assert(read_all(fd, &documents, &failed) <= lines);
    close(fd);
    return 0;
}
