/* The kernel's floor: what it costs to send ready bytes to every socket, one send() each, and nothing else.

   push_floor           listens on a free port of 127.0.0.1 and prints it
   standard input       "go FRAMES COUNT MILLISECONDS TIMES": the first COUNT frames of a file (each after its size in four bytes,
                        little-endian), one every so often; when each begins is put into the file TIMES, in ns, eight bytes each

   It takes anything with a Sec-WebSocket-Key for a handshake, agrees to deflating where it is offered, and reads no frames. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define MOST 65536
#define UNSENT 16384 /* as the product's: otherwise the stalled would be paid for by everybody */
#define NS_PER_MS 1000000ull

static int sockets[MOST], watching;
static int place[MOST]; /* of a descriptor among the sockets, 1-based; 0 while it is none */

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* SHA-1 of at most 119 bytes (RFC 3174), which is all that a handshake needs. */
static void sha1(const uint8_t *text, size_t size, uint8_t out[20]) {
  uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  uint8_t padded[128] = {0};
  size_t length = size < 56 ? 64 : 128;
  memcpy(padded, text, size);
  padded[size] = 0x80;
  for (int i = 0; i < 8; i++) padded[length - 1 - i] = (uint64_t)size * 8 >> 8 * i;
  for (size_t start = 0; start < length; start += 64) {
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++)
      w[i] = (uint32_t)padded[start + 4 * i] << 24 | padded[start + 4 * i + 1] << 16 | padded[start + 4 * i + 2] << 8 |
             padded[start + 4 * i + 3];
    for (int i = 16; i < 80; i++) {
      uint32_t x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
      w[i] = x << 1 | x >> 31;
    }
    for (int i = 0; i < 80; i++) {
      uint32_t f = i < 20 ? ((b & c) | (~b & d)) + 0x5A827999 : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                 : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC : (b ^ c ^ d) + 0xCA62C1D6;
      uint32_t t = (a << 5 | a >> 27) + f + e + w[i];
      e = d, d = c, c = b << 30 | b >> 2, b = a, a = t;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
  }
  for (int i = 0; i < 20; i++) out[i] = h[i / 4] >> (24 - 8 * (i % 4));
}

static void base64(const uint8_t digest[20], char out[29]) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint8_t padded[21] = {0};
  memcpy(padded, digest, 20);
  for (int i = 0; i < 7; i++) {
    uint32_t three = padded[3 * i] << 16 | padded[3 * i + 1] << 8 | padded[3 * i + 2];
    for (int k = 0; k < 4; k++) out[4 * i + k] = letters[three >> (18 - 6 * k) & 63];
  }
  strcpy(out + 27, "=");
}

static void leave(int fd) {
  if (place[fd]) {
    int last = sockets[--watching];
    sockets[place[fd] - 1] = last;
    place[last] = place[fd];
    place[fd] = 0;
  }
  close(fd);
}

static void hear(int fd) {
  char text[8192], key[128], accept[29], answer[512];
  uint8_t digest[20];
  ssize_t got = read(fd, text, sizeof text - 1);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) leave(fd);
    return;
  }
  if (place[fd]) return;
  text[got] = 0;
  char *found = strcasestr(text, "sec-websocket-key: ");
  if (!found || sscanf(found + 19, "%60s", key) != 1) return leave(fd);
  strcat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  sha1((uint8_t *)key, strlen(key), digest);
  base64(digest, accept);
  int size = snprintf(answer, sizeof answer,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: %s\r\n%s\r\n",
                      accept, strcasestr(text, "permessage-deflate")
                                  ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                                    "client_no_context_takeover\r\n"
                                  : "");
  if (write(fd, answer, size) != size) return leave(fd);
  sockets[watching++] = fd;
  place[fd] = watching;
}

int main(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1, unsent = UNSENT;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  setsockopt(listening, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  if (bind(listening, (void *)&address, sizeof address) || listen(listening, 4096)) die("listen");
  getsockname(listening, (void *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  int poll = epoll_create1(0), times = -1, remaining = 0, begun = 0;
  uint64_t due = 0, pace = 0;
  uint8_t *frames = NULL, *next = NULL;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listening}, events[256];
  epoll_ctl(poll, EPOLL_CTL_ADD, listening, &event);
  event.data.fd = 0;
  epoll_ctl(poll, EPOLL_CTL_ADD, 0, &event);
  for (;;) {
    uint64_t at = now();
    int ready = epoll_wait(poll, events, 256, !remaining ? -1 : due > at ? (int)((due - at) / NS_PER_MS) : 0);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == 0) {
        char line[2048], name[800], when[800];
        unsigned long ms;
        ssize_t got = read(0, line, sizeof line - 1);
        if (got <= 0) return 0;
        line[got] = 0;
        if (sscanf(line, "go %799s %d %lu %799s", name, &remaining, &ms, when) != 4) return 2;
        struct stat status;
        int file = open(name, O_RDONLY);
        if (file < 0 || fstat(file, &status)) die(name);
        free(frames);
        next = frames = malloc(status.st_size);
        if (read(file, frames, status.st_size) != status.st_size) die(name);
        close(file);
        if (times >= 0) close(times);
        if ((times = open(when, O_WRONLY)) < 0) die(when);
        pace = ms * NS_PER_MS, due = now(), begun = 0;
      } else if (fd == listening) {
        int taken;
        while ((taken = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
          setsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          event.data.fd = taken;
          epoll_ctl(poll, EPOLL_CTL_ADD, taken, &event);
        }
      } else {
        hear(fd);
      }
    }
    if (remaining && now() >= due) {
      uint32_t size;
      uint64_t start = now();
      if (pwrite(times, &start, 8, 8 * begun++) != 8) die("times");
      memcpy(&size, next, 4);
      for (int i = 0; i < watching; i++) send(sockets[i], next + 4, size, MSG_DONTWAIT | MSG_NOSIGNAL);
      next += 4 + size;
      remaining--;
      due += pace;
    }
  }
}
