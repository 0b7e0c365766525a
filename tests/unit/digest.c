#include "base/digest.h"

#include <stdlib.h>

#include "unit.h"

/* FIPS 180-4's examples, and the empty message. */
static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char two_blocks[] = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
static const char million[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

int main(void)
{
    char hex[DIGEST_HEX_SIZE];
    unsigned char bytes[DIGEST_SIZE];
    struct digest *d;

    TEST("the standard's examples")
    {
        digest_sha256_hex("", 0, hex);
        CHECK_STR(empty, hex);
        digest_sha256_hex(NULL, 0, hex);
        CHECK_STR(empty, hex);
        digest_sha256_hex("abc", 3, hex);
        CHECK_STR(abc, hex);
        digest_sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
        CHECK_STR(two_blocks, hex);
    }
    TEST("bytes and digits say the same")
    {
        digest_sha256("abc", 3, bytes);
        CHECK_INT(0xba, bytes[0]);
        CHECK_INT(0x78, bytes[1]);
        CHECK_INT(0xad, bytes[DIGEST_SIZE - 1]);
    }
    TEST("piece by piece gives what the whole gives, whatever the pieces")
    {
        char *text = malloc(1000000);

        memset(text, 'a', 1000000);
        digest_sha256_hex(text, 1000000, hex);
        CHECK_STR(million, hex);
        for (size_t piece = 1; piece <= 1000000; piece = piece * 7 + 1) {
            d = digest_new();
            for (size_t at = 0; at < 1000000; at += piece)
                digest_add(d, text + at, at + piece < 1000000 ? piece : 1000000 - at);
            digest_finish_hex(d, hex);
            CHECK_STR(million, hex);
        }
        free(text);
    }
    TEST("SHA-1 gives the standard's example, too")
    {
        char sha1[DIGEST_SHA1_HEX_SIZE];

        digest_sha1_hex("abc", 3, sha1);
        CHECK_STR("a9993e364706816aba3e25717850c26c9cd0d89d", sha1);
    }
    TEST("nothing added is the empty message")
    {
        d = digest_new();
        digest_add(d, NULL, 0);
        digest_finish_hex(d, hex);
        CHECK_STR(empty, hex);
    }
    return unit_end();
}
