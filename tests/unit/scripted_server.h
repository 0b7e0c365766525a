#ifndef MAKI_TESTS_SCRIPTED_SERVER_H
#define MAKI_TESTS_SCRIPTED_SERVER_H

/*
 * An HTTP/1.1 server on loopback, on a port it picks free, in a thread of the test. The N-th
 * request of all gets the N-th answer of the script, word for word, the last one also all that
 * follow; an empty answer cuts the connection. Requests are kept for the test to look at once the
 * server has stopped.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { SERVER_PEERS_MAX = 64, SERVER_REQUESTS_MAX = 256, SERVER_REQUEST_BYTES_MAX = 1 << 20 };

struct scripted_server {
    const char *const *script;
    size_t script_count;
    int port;
    int listener;
    int stop[2]; /* a pipe: closing its end stops the thread */
    pthread_t thread;
    struct pollfd fds[SERVER_PEERS_MAX + 2];
    struct buf input[SERVER_PEERS_MAX + 2];
    size_t fd_count;
    size_t connections;
    char *requests[SERVER_REQUESTS_MAX];
    size_t count;
};

static inline void server_drop(struct scripted_server *s, size_t i)
{
    close(s->fds[i].fd);
    buf_clear(&s->input[i]);
    s->fd_count--;
    s->fds[i] = s->fds[s->fd_count];
    s->input[i] = s->input[s->fd_count];
}

/* The length of the first request in what has come, with its body; 0 if it is not whole yet. */
static inline size_t server_request_len(const struct buf *input)
{
    const char *end = strstr(buf_str(input), "\r\n\r\n");
    const char *length = strcasestr(buf_str(input), "\r\ncontent-length:");
    size_t len;

    if (end == NULL)
        return 0;
    len = (size_t)(end + 4 - buf_str(input));
    if (length != NULL && length < end)
        len += strtoul(length + 17, NULL, 10);
    return len <= input->len ? len : 0;
}

/* Answer the requests that are whole; false if the connection is to end. */
static inline bool server_answer(struct scripted_server *s, size_t i)
{
    size_t len;

    while ((len = server_request_len(&s->input[i])) > 0 && s->count < SERVER_REQUESTS_MAX) {
        size_t n = s->count < s->script_count ? s->count : s->script_count - 1;
        const char *answer = s->script[n];

        s->requests[s->count++] = mem_strndup(buf_str(&s->input[i]), len);
        buf_consume(&s->input[i], len);
        if (*answer == '\0' || send(s->fds[i].fd, answer, strlen(answer), MSG_NOSIGNAL) < 0 ||
            strcasestr(answer, "connection: close") != NULL)
            return false;
    }
    return true;
}

static inline bool server_read(struct scripted_server *s, size_t i)
{
    char data[65536];
    ssize_t got = recv(s->fds[i].fd, data, sizeof(data), 0);

    return got > 0 && buf_add(&s->input[i], data, (size_t)got) == 0 && server_answer(s, i);
}

static inline void server_accept(struct scripted_server *s)
{
    int fd = accept(s->listener, NULL, NULL);

    if (fd < 0 || s->fd_count == SERVER_PEERS_MAX + 2) {
        close(fd);
        return;
    }
    s->connections++;
    s->fds[s->fd_count] = (struct pollfd){.fd = fd, .events = POLLIN};
    buf_init(&s->input[s->fd_count++], SERVER_REQUEST_BYTES_MAX);
}

static inline void *server_run(void *context)
{
    struct scripted_server *s = context;

    while (poll(s->fds, s->fd_count, -1) >= 0 && !s->fds[1].revents) {
        for (size_t i = s->fd_count - 1; i >= 2; i--) {
            if (s->fds[i].revents && !server_read(s, i))
                server_drop(s, i);
        }
        if (s->fds[0].revents)
            server_accept(s);
    }
    while (s->fd_count > 2)
        server_drop(s, s->fd_count - 1);
    return NULL;
}

static inline void server_start(struct scripted_server *s, const char *const *script,
                                size_t script_count)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    memset(s, 0, sizeof(*s));
    s->script = script;
    s->script_count = script_count;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&address, size) < 0 ||
        listen(s->listener, SERVER_PEERS_MAX) < 0 || pipe(s->stop) < 0 ||
        getsockname(s->listener, (struct sockaddr *)&address, &size) < 0)
        abort();
    s->port = ntohs(address.sin_port);
    s->fds[0] = (struct pollfd){.fd = s->listener, .events = POLLIN};
    s->fds[1] = (struct pollfd){.fd = s->stop[0], .events = POLLIN};
    s->fd_count = 2;
    if (pthread_create(&s->thread, NULL, server_run, s) != 0)
        abort();
}

/* Afterwards the requests may be read; server_free releases them. */
static inline void server_stop(struct scripted_server *s)
{
    close(s->stop[1]);
    pthread_join(s->thread, NULL);
    close(s->stop[0]);
    close(s->listener);
}

static inline void server_free(struct scripted_server *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->requests[i]);
}

#endif
