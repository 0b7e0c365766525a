#define ZLIB_CONST
#include "base/input.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "scratch.h"
#include "unit.h"

static char folder[] = "/tmp/maki-unit-input-XXXXXX";

static void save(const char *path, const struct buf *bytes)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL || fwrite(buf_str(bytes), 1, bytes->len, file) != bytes->len ||
        fclose(file) != 0)
        CHECK(!"the test's own file can be written");
}

/* Append `text` as one gzip member. */
static void add_gzip(struct buf *into, const char *text, size_t len)
{
    z_stream zip = {0};
    size_t room = compressBound((uLong)len) + 64;

    CHECK_INT(Z_OK, deflateInit2(&zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY));
    zip.next_in = (const unsigned char *)text;
    zip.avail_in = (uInt)len;
    zip.next_out = (unsigned char *)buf_room(into, room);
    zip.avail_out = (uInt)room;
    CHECK_INT(Z_STREAM_END, deflate(&zip, Z_FINISH));
    buf_commit(into, room - zip.avail_out);
    deflateEnd(&zip);
}

/* All that comes from `path`, read `piece` bytes at a time: its length, or -1. */
static ssize_t read_all(const char *path, size_t piece, struct buf *into, struct error *err)
{
    struct input *in = input_open(path, err);
    ssize_t got = -1;

    buf_reset(into);
    while (in != NULL) {
        char *room = buf_room(into, piece);

        got = input_read(in, room, piece, err);
        if (got <= 0)
            break;
        buf_commit(into, (size_t)got);
    }
    input_close(in);
    return got < 0 ? -1 : (ssize_t)into->len;
}

static void check_content(const char *path, const struct buf *expected, struct buf *got)
{
    static const size_t pieces[] = {1, 2, 3, 1000, 65536, 200000};
    struct error err;

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        if (pieces[i] < 1000 && expected->len > 10000)
            continue;
        CHECK_INT(expected->len, read_all(path, pieces[i], got, &err));
        CHECK(got->len == expected->len && memcmp(buf_str(got), buf_str(expected), got->len) == 0);
    }
}

static void test_plain(struct buf *bytes, struct buf *got)
{
    static const char *const texts[] = {"", "a", "\x1f", "ab", "\x1f\x8c", "hello\nworld"};
    struct error err;

    TEST("plain files come as they are, down to none and one byte")
    {
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            buf_reset(bytes);
            buf_adds(bytes, texts[i]);
            save("plain", bytes);
            check_content("plain", bytes, got);
        }
    }
    TEST("and so do large ones with NULs")
    {
        buf_reset(bytes);
        for (int i = 0; i < 300000; i++)
            buf_addc(bytes, (char)(i % 251));
        save("plain", bytes);
        check_content("plain", bytes, got);
    }
    TEST("what cannot be opened or read is an error that names it")
    {
        CHECK_INT(-1, read_all("none", 10, got, &err));
        CHECK_INT(ERR_IO, err.kind);
        CHECK_STR("cannot open none: No such file or directory", err.message);
        CHECK_INT(-1, read_all(".", 10, got, &err));
        CHECK_STR("cannot read .: Is a directory", err.message);
    }
    TEST("after the end it stays at the end")
    {
        struct input *in = input_open("/dev/null", &err);
        char byte;

        CHECK_INT(0, input_read(in, &byte, 1, &err));
        CHECK_INT(0, input_read(in, &byte, 1, &err));
        CHECK_STR("/dev/null", input_name(in));
        input_close(in);
        input_close(NULL);
    }
}

static void test_gzip(struct buf *bytes, struct buf *got)
{
    struct buf text;

    buf_init(&text, 1 << 20);
    for (int i = 0; i < 20000; i++)
        buf_addf(&text, "line %d\n", i * 7919 % 10007);
    TEST("a gzip file is decompressed")
    {
        buf_reset(bytes);
        add_gzip(bytes, text.data, text.len);
        save("gz", bytes);
        check_content("gz", &text, got);
    }
    TEST("several members in a row are one text, empty ones included")
    {
        buf_reset(bytes);
        for (size_t at = 0; at < text.len; at += 10000)
            add_gzip(bytes, text.data + at, text.len - at < 10000 ? text.len - at : 10000);
        add_gzip(bytes, "", 0);
        save("gz", bytes);
        check_content("gz", &text, got);
    }
    TEST("padding of zeros behind the last member is no data")
    {
        for (int i = 0; i < 100000; i++)
            buf_addc(bytes, '\0');
        save("gz", bytes);
        check_content("gz", &text, got);
    }
    buf_reset(&text);
    TEST("the gzip file of nothing is nothing")
    {
        buf_reset(bytes);
        add_gzip(bytes, "", 0);
        save("gz", bytes);
        check_content("gz", &text, got);
    }
    buf_clear(&text);
}

/* A gzip stream that is cut at every byte, and one with every byte damaged: never more text than
 * there was, never a crash. */
static void test_damaged(struct buf *bytes, struct buf *got)
{
    static const char text[] = "one two three four five six seven eight nine ten";
    struct error err;
    size_t whole;

    buf_reset(bytes);
    add_gzip(bytes, text, strlen(text));
    whole = bytes->len;
    TEST("a gzip stream that is cut anywhere is an error")
    {
        for (size_t len = whole - 1; len > 2; len--) {
            buf_truncate(bytes, len);
            save("gz", bytes);
            CHECK_INT(-1, read_all("gz", 7, got, &err));
            CHECK_INT(ERR_DATA, err.kind);
            CHECK_STR("gz: the gzip stream is cut short", err.message);
        }
    }
    buf_reset(bytes);
    add_gzip(bytes, text, strlen(text));
    TEST("a damaged byte in the data or the check sum is an error")
    {
        for (size_t at = 10; at < whole; at++) {
            bytes->data[at] ^= 0x55;
            save("gz", bytes);
            CHECK_INT(-1, read_all("gz", 7, got, &err));
            CHECK_INT(ERR_DATA, err.kind);
            bytes->data[at] ^= 0x55;
        }
    }
    TEST("text behind the last member is an error, not silence")
    {
        buf_adds(bytes, "{\"caseId\":\"lost\"}\n");
        save("gz", bytes);
        CHECK_INT(-1, read_all("gz", 7, got, &err));
        CHECK_INT(ERR_DATA, err.kind);
        CHECK(strstr(err.message, "gz: ") == err.message);
        CHECK_INT(strlen(text), got->len);
    }
    TEST("two bytes of magic and nothing else are an error")
    {
        buf_reset(bytes);
        buf_adds(bytes, "\x1f\x8b");
        save("gz", bytes);
        CHECK_INT(-1, read_all("gz", 7, got, &err));
    }
}

/* A pipe whose writer hands over one byte at a time. */
static void test_slow_pipe(struct buf *bytes, struct buf *got)
{
    int ends[2];
    char path[32];
    struct error err;

    buf_reset(bytes);
    add_gzip(bytes, "first ", 6);
    add_gzip(bytes, "second ", 7);
    add_gzip(bytes, "third", 5);
    CHECK_INT(0, pipe(ends));
    fcntl(ends[1], F_SETPIPE_SZ, 1);
    if (fork() == 0) {
        close(ends[0]);
        for (size_t i = 0; i < bytes->len; i++) {
            if (write(ends[1], bytes->data + i, 1) != 1)
                _exit(1);
            usleep(50); /* not for the outcome, only so that most reads get a single byte */
        }
        _exit(0);
    }
    close(ends[1]);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
    TEST("members that arrive byte by byte are all there")
    {
        CHECK_INT(18, read_all(path, 100, got, &err));
        CHECK_STR("first second third", buf_str(got));
    }
    close(ends[0]);
    wait(NULL);
}

int main(void)
{
    struct buf bytes;
    struct buf got;

    scratch_make(folder);
    if (chdir(folder) < 0)
        return 1;
    buf_init(&bytes, 1 << 22);
    buf_init(&got, 1 << 22);
    test_plain(&bytes, &got);
    test_gzip(&bytes, &got);
    test_damaged(&bytes, &got);
    test_slow_pipe(&bytes, &got);
    buf_clear(&bytes);
    buf_clear(&got);
    scratch_remove(folder);
    return unit_end();
}
