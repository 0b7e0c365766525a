#include "aws/profile.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is in the files, they can be read and asked, and values keep to their bounds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"", "k", "region", "s3.addressing_style"};
    struct profiles *p = profiles_new();
    size_t half = size / 2;

    profiles_add(p, &(struct profile_text){"config", (const char *)data, half, false});
    profiles_add(p, &(struct profile_text){"cred", (const char *)data + half, size - half, true});
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        for (int section = PROFILE; section <= SERVICES; section++) {
            const char *value = profiles_get(p, (enum profile_section)section, "x", keys[i]);

            assert(value == NULL || (*value != '\0' && strlen(value) <= size));
            assert(value == NULL || profiles_has(p, (enum profile_section)section, "x"));
        }
        profiles_get(p, PROFILE, "default", keys[i]);
    }
    assert(profiles_problem(p) == NULL || *profiles_problem(p) != '\0');
    profiles_free(p);
    return 0;
}
