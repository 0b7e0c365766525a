#include "aws/batch_job.h"

#include <stdlib.h>

#include "fake_transport.h"
#include "golden.h"
#include "unit.h"
#include "json/json.h"

#define ARN "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdef123456"

/* Whether two texts are the same JSON. */
static bool same_json(const char *a, const char *b)
{
    struct error err;

    return jv_equal(json_parse(a, strlen(a), NULL, &err), json_parse(b, strlen(b), NULL, &err));
}

/* The query too, where there is one: the fake keeps paths only. */
static char last_query[1024];

static void answer_golden(struct fake_transport *fake, size_t n, const struct http_request *request,
                          struct fake_answer *out)
{
    (void)n;
    snprintf(last_query, sizeof(last_query), "%s", request->query);
    out->body = fake->context;
}

static void start(struct fake_transport *fake, char *body)
{
    fake_init(fake, NULL, 0);
    fake->answer = answer_golden;
    fake->context = body;
}

static void test_create(void)
{
    static const char *const subnets[] = {"subnet-1"};
    static const char *const groups[] = {"sg-1"};
    static const struct batch_tag tags[] = {{"run", "1"}};
    const struct batch_job_spec spec = {
        .name = "facet-job-1",
        .client_token = "tok-0001",
        .model_id = "us.amazon.nova-micro-v1:0",
        .role_arn = "arn:aws:iam::123456789012:role/BatchRole",
        .input_uri = "s3://bkt/in/a.jsonl",
        .output_uri = "s3://bkt/out/",
        .bucket_owner = "123456789012",
        .kms_key_id = "alias/k",
        .invocation_type = "Converse",
        .subnet_ids = subnets,
        .subnet_count = 1,
        .security_group_ids = groups,
        .security_group_count = 1,
        .tags = tags,
        .tag_count = 1,
        .timeout_hours = 24,
    };
    char *wire = golden_text("create_model_invocation_job", "wire", "body_utf8");
    char *canned = golden_text("create_model_invocation_job", "canned_response", "body");
    struct fake_transport fake;
    struct error err;
    char *arn;

    start(&fake, canned);
    TEST("a job is created with the SDK's very request")
    {
        arn = batch_job_create(&fake.base, &spec, &err);
        CHECK_STR(ARN, arn);
        CHECK_STR("/model-invocation-job", fake.requests[0].path);
        CHECK(same_json(wire, fake.requests[0].body));
        free(arn);
    }
    fake_clear(&fake);
    free(wire);
    free(canned);
}

static void test_get(void)
{
    char *target = golden_text("get_model_invocation_job", "wire", "request_target");
    char *canned = golden_text("get_model_invocation_job", "canned_response", "body");
    struct fake_transport fake;
    struct batch_job job;
    struct error err;

    start(&fake, canned);
    TEST("a job is looked at by its ARN, encoded")
    {
        CHECK_INT(0, batch_job_get(&fake.base, ARN, &job, &err));
        CHECK_STR(target, fake.requests[0].path);
        CHECK_INT(BATCH_IN_PROGRESS, job.status);
        CHECK_STR("facet-job-1", job.name);
        CHECK_STR("s3://bkt/out/", job.output_uri);
        CHECK_INT(1000, job.total);
        CHECK_INT(1, job.failed);
        CHECK(job.message == NULL);
        batch_job_clear(&job);
    }
    fake_clear(&fake);
    free(target);
    free(canned);
}

static int collect_name(void *context, const struct batch_job *job)
{
    buf_addf(context, "%s ", job->name);
    return 0;
}

static int stop_at_first(void *context, const struct batch_job *job)
{
    (void)job;
    ++*(int *)context;
    return 7;
}

static void test_list(void)
{
    static const struct fake_answer script[] = {
        {.body =
             "{\"nextToken\":\"n2\",\"invocationJobSummaries\":[{\"jobName\":\"a\"},{\"jobName\":"
             "\"b\"}]}"},
        {.body = "{\"invocationJobSummaries\":[{\"jobName\":\"c\"}]}"},
    };
    static const struct fake_answer failure[] = {
        {.status = 403, .type = "AccessDeniedException", .body = "{\"message\":\"no\"}"}};
    const struct batch_job_query query = {"maki job+1", "InProgress"};
    struct fake_transport fake;
    struct error err;
    struct buf names;
    char empty[] = "{}";
    int seen = 0;

    buf_init(&names, 1000);
    fake_init(&fake, script, 2);
    TEST("all pages of the list are read, or until it is enough")
    {
        CHECK_INT(0, batch_job_list(&fake.base, &query, collect_name, &names, &err));
        CHECK_STR("a b c ", buf_str(&names));
        fake_clear(&fake);
        fake_init(&fake, script, 2);
        CHECK_INT(7, batch_job_list(&fake.base, &query, stop_at_first, &seen, &err));
        CHECK_INT(1, seen);
    }
    buf_clear(&names);
    fake_clear(&fake);
    start(&fake, empty);
    TEST("its query is encoded as the SDK encodes it")
    {
        CHECK_INT(0, batch_job_list(&fake.base, &query, collect_name, &names, &err));
        CHECK_STR("maxResults=100&nameContains=maki%20job%2B1&sortBy=CreationTime&"
                  "sortOrder=Descending&statusEquals=InProgress",
                  last_query);
    }
    fake_clear(&fake);
    fake_init(&fake, failure, 1);
    TEST("a refusal is an error")
    {
        CHECK_INT(-1, batch_job_list(&fake.base, &query, collect_name, &names, &err));
        CHECK_INT(ERR_PERM, err.kind);
    }
    fake_clear(&fake);
}

static void test_stop(void)
{
    static const struct fake_answer script[] = {
        {.body = "{}"},
        {.status = 409, .type = "ConflictException", .body = "{\"message\":\"it is over\"}"},
        {.status = 404, .type = "ResourceNotFoundException", .body = "{}"},
    };
    struct fake_transport fake;
    struct error err;

    fake_init(&fake, script, 3);
    TEST("a job that is over already need not be stopped")
    {
        CHECK_INT(0, batch_job_stop(&fake.base, ARN, &err));
        CHECK(strstr(fake.requests[0].path, "abcdef123456/stop") != NULL);
        CHECK_STR("", fake.requests[0].body);
        CHECK_INT(0, batch_job_stop(&fake.base, ARN, &err));
        CHECK_INT(-1, batch_job_stop(&fake.base, ARN, &err));
    }
    fake_clear(&fake);
}

static void test_status(void)
{
    static const char *const names[] = {
        "Submitted",          "Validating", "Scheduled", "InProgress", "Stopping",    "Completed",
        "PartiallyCompleted", "Failed",     "Stopped",   "Expired",    "SomethingNew"};

    TEST("every status is known, and a new one counts as under way")
    {
        for (int i = 0; i <= BATCH_UNKNOWN; i++) {
            char body[100];
            struct fake_answer script = {.body = body};
            struct fake_transport fake;
            struct batch_job job;
            struct error err;

            snprintf(body, sizeof(body), "{\"status\":\"%s\"}", names[i]);
            fake_init(&fake, &script, 1);
            CHECK_INT(0, batch_job_get(&fake.base, ARN, &job, &err));
            CHECK_INT(i, job.status);
            CHECK_INT(i >= 5 && i <= 9, batch_status_is_final(job.status));
            CHECK_INT(i >= 5 && i <= 9 && i != 7, batch_status_has_output(job.status));
            batch_job_clear(&job);
            fake_clear(&fake);
        }
    }
}

int main(void)
{
    test_create();
    test_get();
    test_list();
    test_stop();
    test_status();
    return unit_end();
}
