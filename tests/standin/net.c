#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum {
    INPUT_BYTES_MAX = MESSAGE_HEAD_BYTES_MAX + MESSAGE_BODY_BYTES_MAX,
    OUTPUT_BYTES_MAX = 80 << 20,
    READ_SIZE = 1 << 18,
};

enum phase { READING, WAITING };

struct connection {
    int fd;
    enum phase phase;
    struct buf input;
    struct buf output;
    size_t sent;
    struct message message;
    struct plan plan;
    bool told; /* to continue with the body */
    bool gone;
};

struct net {
    int listener, stop_fd, port;
    int64_t now_ms; /* when poll last returned: what is read then came then, not when its turn is */
    struct connection *connections[NET_CONNECTIONS_MAX];
    size_t count;
    struct pollfd polled[NET_CONNECTIONS_MAX + 2];
};

struct net *net_new(int port, int stop_fd, struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof(address);
    int one = 1;
    struct net *net = mem_calloc(1, sizeof(*net));

    net->stop_fd = stop_fd;
    net->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(net->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (net->listener < 0 || bind(net->listener, (struct sockaddr *)&address, size) < 0 ||
        listen(net->listener, NET_CONNECTIONS_MAX) < 0 ||
        getsockname(net->listener, (struct sockaddr *)&address, &size) < 0) {
        error_set_errno(err, ERR_UNAVAILABLE, errno, "Listen", "127.0.0.1:%d", port);
        net_free(net);
        return NULL;
    }
    net->port = ntohs(address.sin_port);
    return net;
}

int net_port(const struct net *net)
{
    return net->port;
}

static void close_connection(struct connection *c)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (c->plan.reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(c->fd);
    buf_clear(&c->input);
    buf_clear(&c->output);
    message_clear(&c->message);
    free(c);
}

void net_free(struct net *net)
{
    for (size_t i = 0; i < net->count; i++)
        close_connection(net->connections[i]);
    if (net->listener >= 0)
        close(net->listener);
    free(net);
}

static void accept_all(struct net *net, struct service *service)
{
    int one = 1;

    while (net->count < NET_CONNECTIONS_MAX) {
        int fd = accept4(net->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        struct connection *c;

        if (fd < 0)
            return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        c = mem_calloc(1, sizeof(*c));
        c->fd = fd;
        buf_init(&c->input, INPUT_BYTES_MAX + READ_SIZE);
        buf_init(&c->output, OUTPUT_BYTES_MAX);
        message_init(&c->message);
        net->connections[net->count++] = c;
        service->counters.connections++;
    }
}

/* The answer has left, or never will. */
static void finish(struct connection *c, struct service *service)
{
    if (c->phase == WAITING && c->plan.counted)
        counters_left(&service->counters, clock_monotonic_ms(service->clock));
    c->plan.counted = false;
}

/* Answer what has come, if it is whole; the next request waits until that answer has left. */
static void look(struct connection *c, int64_t now_ms, struct service *service)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    enum message_state state = message_read(&c->message, buf_str(&c->input), c->input.len);

    if (state == MESSAGE_PARTIAL && c->message.has_head && c->message.expecting && !c->told) {
        c->told = true;
        if (send(c->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL) < 0)
            c->gone = true;
    }
    if (state == MESSAGE_PARTIAL)
        return;
    c->phase = WAITING;
    c->sent = 0;
    if (state == MESSAGE_BAD) {
        service_refuse(service, &c->message, &c->output, &c->plan);
        return;
    }
    service_answer(service, &c->message, now_ms, &c->output, &c->plan);
    buf_consume(&c->input, c->message.total);
    message_reset(&c->message);
    c->told = false;
}

static void receive(struct connection *c, int64_t now_ms, struct service *service)
{
    char *room = buf_room(&c->input, READ_SIZE);
    ssize_t got = room ? recv(c->fd, room, READ_SIZE, 0) : 0;

    if (got > 0) {
        buf_commit(&c->input, (size_t)got);
        if (c->phase == READING)
            look(c, now_ms, service);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        c->gone = true;
    }
}

/* Send what is due; true once all is sent. */
static bool send_due(struct connection *c, int64_t now_ms)
{
    while (c->sent < c->output.len && c->plan.due_ms <= now_ms) {
        size_t left = c->output.len - c->sent;
        size_t part = c->plan.part_bytes && c->plan.part_bytes < left ? c->plan.part_bytes : left;
        ssize_t put = send(c->fd, c->output.data + c->sent, part, MSG_NOSIGNAL);

        if (put < 0) {
            c->gone = errno != EAGAIN && errno != EINTR;
            return false;
        }
        c->sent += (size_t)put;
        if (c->plan.part_bytes != 0)
            c->plan.due_ms = now_ms + c->plan.part_ms;
    }
    return c->sent == c->output.len && (c->output.len > 0 || c->plan.due_ms <= now_ms);
}

static void go_on_with(struct connection *c, struct service *service)
{
    while (c->phase == WAITING && !c->gone && send_due(c, clock_monotonic_ms(service->clock))) {
        finish(c, service);
        c->phase = READING;
        c->gone = c->plan.close;
        buf_clear(&c->output);
        buf_init(&c->output, OUTPUT_BYTES_MAX);
        if (!c->gone && c->input.len > 0)
            look(c, clock_monotonic_ms(service->clock), service);
    }
}

/* What to wait for, and how long at most. */
static int prepare(struct net *net, int64_t now_ms)
{
    int64_t timeout = -1;

    net->polled[0] = (struct pollfd){net->stop_fd, POLLIN, 0};
    net->polled[1] =
        (struct pollfd){net->listener, net->count < NET_CONNECTIONS_MAX ? POLLIN : 0, 0};
    for (size_t i = 0; i < net->count; i++) {
        struct connection *c = net->connections[i];
        int64_t left = c->plan.due_ms - now_ms;
        short events = POLLIN;

        if (c->phase == WAITING) {
            events = left <= 0 ? POLLOUT : POLLRDHUP;
            if (left > 0 && (timeout < 0 || left < timeout))
                timeout = left;
        }
        net->polled[i + 2] = (struct pollfd){c->fd, events, 0};
    }
    return timeout > 60000 ? 60000 : (int)timeout;
}

static void serve(struct net *net, struct service *service)
{
    for (size_t i = 0; i < net->count; i++) {
        struct connection *c = net->connections[i];
        short events = net->polled[i + 2].revents;

        if (events & (POLLERR | POLLHUP | POLLRDHUP))
            c->gone = true;
        else if (events & POLLIN)
            receive(c, net->now_ms, service);
        go_on_with(c, service);
    }
    for (size_t i = net->count; i-- > 0;) {
        struct connection *c = net->connections[i];

        if (!c->gone)
            continue;
        finish(c, service);
        close_connection(c);
        net->connections[i] = net->connections[--net->count];
    }
}

void net_run(struct net *net, struct service *service)
{
    for (;;) {
        int timeout = prepare(net, clock_monotonic_ms(service->clock));

        if (poll(net->polled, net->count + 2, timeout) < 0 && errno != EINTR)
            return;
        if (net->polled[0].revents != 0)
            return;
        net->now_ms = clock_monotonic_ms(service->clock);
        serve(net, service);
        if (net->polled[1].revents != 0)
            accept_all(net, service);
    }
}
