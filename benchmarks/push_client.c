/* Thousands of viewers in one cheap thread: raw sockets, one preformed handshake, nothing kept but counts and times.

   push_client PORT PATH VIEWERS STALLED PACKED TIMES [BALLOTS]

   VIEWERS sockets are opened at PATH of 127.0.0.1, from several loopback addresses; STALLED of them, evenly spread, never
   read. PACKED (0 or 1) offers permessage-deflate. In TIMES lies when each broadcast began (ns, eight bytes each, put
   there by the server). BALLOTS holds whole HTTP requests, each after its size in four bytes.

   One JSON object a line is printed: first of the handshakes, then for each line of the standard input:

   count MESSAGES MS RATE HERE   take in MESSAGES broadcasts, or, where that is 0, whatever comes within MS; meanwhile send
                                 ballots, so many a second at random instants, and, where HERE is 1, a word of each
                                 viewer every ten seconds, as pages do
   herd MS                       wait for everybody to be thrown out, come back as pages do, and end when everybody is
                                 there and has a state, or after MS

   Broadcasts are told apart by their `"version":1000000` and above, where they can be read; deflated ones by their
   number. While a broadcast is under way the client polls busily: waking it up would be at the server's expense. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define NS 1000000000ull
#define MS 1000000ull
#define FIRST_ADDRESS 0x7f000101u /* 127.0.1.1 */
#define ADDRESSES 8
#define AT_ONCE 256    /* handshakes under way */
#define BATCH 128      /* sockets looked at before the clock is */
#define BUSY (30 * MS) /* after anything came */
#define QUIET (4 * NS) /* after which nothing more is expected */
#define HEAD 200       /* bytes of a message that are looked at */
#define MOST_BROADCASTS 65536
#define FIRST_VERSION 1000000
#define PHONES 24
#define ANSWER 65536 /* bytes of the longest answer to a ballot */
#define HERE_EVERY (10 * NS)
#define FIRST_WAIT_MS 500.0 /* as in static/js/lib/socket.js */
#define LONGEST_WAIT_MS 8000.0

enum { AWAY, CONNECTING, SHAKING, OPEN };

typedef struct {
  int fd, state, stalled, current, tries;
  uint64_t begun, due;     /* of the handshake; of the next attempt in a herd */
  uint8_t frame[14];       /* the header of the frame that is being read */
  int header, reading;     /* bytes of it; whether its payload is being read */
  uint64_t left;           /* bytes of the payload */
  uint8_t head[HEAD + 1];
  int headed, counted, last;
} viewer;

typedef struct {
  int fd, busy;
  uint64_t sent;
  size_t got;
  char answer[ANSWER + 1];
} phone;

static viewer *viewers;
static phone phones[PHONES];
static int amount, stalled, packed, port, poller, judges, under_way, opened, closed;
static char request[2048];
static size_t request_size;
static uint64_t failed, refused, *handshakes, shaken;
static uint64_t *times;
static uint32_t *delays, *last_of;
static uint64_t delivered, faults;
static int expected, herding, currents;
static uint32_t *ballot_delays, *currents_at;
static uint64_t ballots_sent, ballots_done, ballots_refused, herd_begun;
static uint8_t *ballots, *next_ballot, *ballots_end;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * NS + t.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int by_size(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return a < b ? -1 : a > b;
}

static double quantile_ms(uint32_t *sorted, uint64_t size, double share) {
  return size ? sorted[(uint64_t)(share * (size - 1) + 0.5)] / 1000.0 : 0;
}

static int dial(int from, int narrow) {
  int one = 1, few = 4096, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  struct linger at_once = {1, 0};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (narrow) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
  struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(FIRST_ADDRESS + from % ADDRESSES)};
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
  if (bind(fd, (void *)&source, sizeof source)) die("bind");
  if (connect(fd, (void *)&target, sizeof target) && errno != EINPROGRESS) {
    close(fd);
    return -1;
  }
  return fd;
}

/* Away, and in a herd coming back: later and later, each at a time of its own. */
static void lose(viewer *v, double wait_ms) {
  if (v->state == OPEN) closed++, opened--;
  else under_way--, failed++;
  if (v->fd >= 0) close(v->fd);
  v->fd = -1;
  v->state = AWAY;
  if (v->current) v->current = 0, currents--;
  if (wait_ms < 0) {
    double longest = FIRST_WAIT_MS * (1 << (v->tries < 4 ? v->tries : 4));
    wait_ms = drand48() * (longest < LONGEST_WAIT_MS ? longest : LONGEST_WAIT_MS);
    v->tries++;
  }
  v->due = now() + (uint64_t)(wait_ms * MS);
}

static void call(int i) {
  viewer *v = &viewers[i];
  int was_stalled = v->stalled, tries = v->tries;
  memset(v, 0, sizeof *v);
  v->stalled = was_stalled, v->tries = tries, v->last = -1;
  v->begun = now();
  v->fd = dial(i, v->stalled);
  v->state = CONNECTING;
  under_way++;
  if (v->fd < 0) return lose(v, -1);
  struct epoll_event event = {.events = EPOLLOUT, .data.u32 = i};
  epoll_ctl(poller, EPOLL_CTL_ADD, v->fd, &event);
}

/* A whole message is there. */
static void took(viewer *v, uint64_t at) {
  v->head[v->headed] = 0;
  char *head = (char *)v->head;
  int deflated = v->frame[0] & 0x40, place;
  char *version = deflated ? NULL : strstr(head, "\"version\":");
  if (herding) {
    char *wait = strstr(head, "\"retry_in_ms\":");
    if (wait) {
      lose(v, atoi(wait + 14));
      return;
    }
    if (!v->current && strstr(head, "\"type\":\"standings\"")) {
      v->current = 1, v->tries = 0;
      currents_at[currents++] = (at - herd_begun) / 1000;
    }
    return;
  }
  if (!expected) {
    if (deflated || strstr(head, "\"type\":\"standings\"")) delivered++;
    return;
  }
  if (packed) {
    if (!deflated && !version) return;
    if (version && atoi(version + 10) < FIRST_VERSION) return;
    place = v->counted;
  } else {
    if (!version || (place = atoi(version + 10) - FIRST_VERSION) < 0) return;
  }
  if (place >= expected) return;
  if (place <= v->last) faults++;
  v->last = place, v->counted++;
  uint32_t delay = at > times[place] ? (at - times[place]) / 1000 : 0;
  if (delay > last_of[place]) last_of[place] = delay;
  delays[delivered++] = delay;
}

static void pong(viewer *v) {
  uint8_t answer[6 + 125] = {0x8a, 0x80 | v->headed};
  memcpy(answer + 6, v->head, v->headed);
  if (write(v->fd, answer, 6 + v->headed) < 0 && errno != EAGAIN) lose(v, -1);
}

static void feed(viewer *v, const uint8_t *bytes, size_t size, uint64_t at) {
  while (size || (v->reading && !v->left)) {
    if (!v->reading) {
      v->frame[v->header++] = *bytes++, size--;
      int seven = v->header > 1 ? v->frame[1] & 127 : 0;
      int whole = 2 + (seven == 126 ? 2 : seven == 127 ? 8 : 0);
      if (v->header < whole) continue;
      v->left = seven < 126 ? seven : 0;
      for (int i = 2; i < whole; i++) v->left = v->left << 8 | v->frame[i];
      v->reading = 1, v->headed = 0;
      continue;
    }
    size_t piece = size < v->left ? size : v->left, room = HEAD - v->headed;
    memcpy(v->head + v->headed, bytes, piece < room ? piece : room);
    v->headed += piece < room ? piece : room;
    bytes += piece, size -= piece, v->left -= piece;
    if (v->left) continue;
    v->reading = v->header = 0;
    int opcode = v->frame[0] & 15;
    if (opcode == 9) pong(v);
    else if (opcode == 8) lose(v, -1);
    else if (opcode < 3) took(v, at);
    if (v->state != OPEN) return;
  }
}

static void shake(viewer *v, int i, uint8_t *bytes, ssize_t size, uint64_t at) {
  bytes[size] = 0;
  char *end = strstr((char *)bytes, "\r\n\r\n");
  if (!end || strncmp((char *)bytes, "HTTP/1.1 101", 12)) {
    if (strncmp((char *)bytes, "HTTP/1.1 503", 12) && failed < 3) fprintf(stderr, "no handshake: %.100s\n", bytes);
    refused++;
    return lose(v, -1);
  }
  if (packed && !strcasestr((char *)bytes, "permessage-deflate") && shaken == 0) fprintf(stderr, "deflating was refused\n");
  v->state = OPEN, opened++, under_way--;
  if (!herding) handshakes[shaken++] = at - v->begun;
  if (v->stalled) {
    epoll_ctl(poller, EPOLL_CTL_DEL, v->fd, NULL);
    return;
  }
  (void)i;
  size_t used = end + 4 - (char *)bytes;
  feed(v, bytes + used, size - used, at);
}

static void answered(phone *p, uint64_t at) {
  ssize_t got = read(p->fd, p->answer + p->got, ANSWER - p->got);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) die("a judge was cut off");
  p->got += got;
  p->answer[p->got] = 0;
  char *end = strstr(p->answer, "\r\n\r\n"), *length = strcasestr(p->answer, "content-length: ");
  if (!end || !length || p->got < (size_t)(end + 4 - p->answer) + atoi(length + 16)) return;
  if (strncmp(p->answer, "HTTP/1.1 200", 12) && !ballots_refused++) fprintf(stderr, "no ballot: %.600s\n", p->answer);
  ballot_delays[ballots_done++] = (at - p->sent) / 1000;
  p->busy = 0;
}

/* The clock runs from when a ballot was due. */
static int send_ballot(uint64_t due) {
  static int turn;
  uint32_t size;
  for (int i = 0; i < PHONES; i++) {
    phone *p = &phones[turn++ % PHONES]; /* in turns, so that no connection is idle for long */
    if (p->busy) continue;
    memcpy(&size, next_ballot, 4);
    p->busy = 1, p->sent = due, p->got = 0;
    if (write(p->fd, next_ballot + 4, size) != (ssize_t)size) die("ballot");
    next_ballot += 4 + size;
    ballots_sent++;
    return 1;
  }
  return 0;
}

/* Judges' answers are looked for first: behind ten thousand viewers they would wait for this program. */
static void hear_answers(void) {
  struct epoll_event events[PHONES];
  int ready = epoll_wait(judges, events, PHONES, 0);
  for (int k = 0; k < ready; k++) answered(&phones[events[k].data.u32], now());
}

static void turn(int patience_ms, uint64_t *came) {
  static uint8_t bytes[1 << 18];
  static struct epoll_event events[BATCH];
  hear_answers();
  int ready = epoll_wait(poller, events, BATCH, now() - *came < BUSY ? 0 : patience_ms);
  for (int k = 0; k < ready; k++) {
    uint32_t i = events[k].data.u32;
    if (i == (uint32_t)amount) continue; /* an answer: see above */
    uint64_t at = *came = now();
    viewer *v = &viewers[i];
    if (v->state == AWAY) continue;
    if (v->state == CONNECTING) {
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error || write(v->fd, request, request_size) != (ssize_t)request_size) {
        lose(v, -1);
        continue;
      }
      v->state = SHAKING;
      struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
      epoll_ctl(poller, EPOLL_CTL_MOD, v->fd, &event);
      continue;
    }
    ssize_t got = read(v->fd, bytes, sizeof bytes - 1);
    at = now();
    if (got < 0 && errno == EAGAIN) continue;
    if (got <= 0) lose(v, -1);
    else if (v->state == SHAKING) shake(v, i, bytes, got, at);
    else feed(v, bytes, got, at);
  }
}

static void open_all(void) {
  uint64_t begun = now(), came = begun;
  for (int next = 0; next < amount || under_way;) {
    while (next < amount && under_way < AT_ONCE) call(next++);
    turn(20, &came);
    if (now() - begun > 120 * NS) break;
  }
  double seconds = (now() - begun) / 1e9;
  uint32_t *each = malloc(4 * (shaken + 1));
  for (uint64_t i = 0; i < shaken; i++) each[i] = handshakes[i] / 1000;
  qsort(each, shaken, 4, by_size);
  printf("{\"opened\": %d, \"failed\": %lu, \"per_second\": %.0f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n", opened, failed,
         opened / seconds, quantile_ms(each, shaken, 0.5), quantile_ms(each, shaken, 0.99));
  fflush(stdout);
}

static void dial_phones(void) {
  for (int i = 0; i < PHONES; i++) {
    phones[i].fd = dial(i, 0);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(judges, EPOLL_CTL_ADD, phones[i].fd, &event);
  }
  struct epoll_event all = {.events = EPOLLIN, .data.u32 = amount};
  epoll_ctl(poller, EPOLL_CTL_ADD, judges, &all);
  usleep(200000);
}

static void say_here(int i) {
  static const char word[] = "{\"type\":\"here\",\"epoch\":\"3fa85f64-5717-4562-b3fc-2c963f66afa6-18\",\"version\":1}";
  uint8_t frame[6 + sizeof word] = {0x81, 0x80 | (sizeof word - 1)};
  memcpy(frame + 6, word, sizeof word - 1);
  if (viewers[i].state == OPEN && !viewers[i].stalled && write(viewers[i].fd, frame, 6 + sizeof word - 1) < 0) return;
}

static void count(int messages, uint64_t ms, double rate, int here) {
  int healthy = 0, ended = 0, said = 0;
  for (int i = 0; i < amount; i++) {
    viewers[i].counted = 0, viewers[i].last = -1;
    healthy += !viewers[i].stalled;
  }
  expected = messages, delivered = faults = ballots_sent = ballots_done = ballots_refused = 0;
  closed = 0;
  delays = malloc(4 * ((uint64_t)healthy * (messages ? messages : 1) + 1));
  last_of = calloc(messages + 1, 4);
  ballot_delays = malloc(4 * ((uint64_t)(rate * ms / 1000) * 2 + 1000));
  if (rate > 0 && !phones[0].fd) dial_phones();
  printf("{\"counting\": %d}\n", messages);
  fflush(stdout);
  uint64_t begun = now(), came = begun, due = begun, news = begun, before = 0, end = begun + ms * MS;
  while (!ended) {
    turn(rate > 0 || here ? 1 : 20, &came);
    uint64_t at = now();
    while (rate > 0 && due <= at && at < end) {
      if (next_ballot == ballots_end || !send_ballot(due)) break;
      due += (uint64_t)(-log(1 - drand48()) / rate * 1e9);
    }
    for (; here && (at - begun) * amount / HERE_EVERY > (uint64_t)said; said++) say_here(said % amount);
    if (delivered != before) before = delivered, news = at;
    if (messages && rate == 0) ended = delivered >= (uint64_t)healthy * messages || at - news > QUIET || closed > healthy / 2;
    else ended = at > end && (ballots_done == ballots_sent || at > end + QUIET);
  }
  qsort(delays, expected ? delivered : 0, 4, by_size);
  qsort(last_of, messages, 4, by_size);
  qsort(ballot_delays, ballots_done, 4, by_size);
  uint64_t known = expected ? delivered : 0;
  printf("{\"delivered\": %lu, \"missed\": %ld, \"faults\": %lu, \"closed\": %d, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
         "\"last_ms\": %.3f, \"ballots\": %lu, \"ballots_refused\": %lu, \"ack_p50_ms\": %.3f, \"ack_p99_ms\": %.3f, "
         "\"ack_max_ms\": %.3f}\n",
         delivered, messages ? (long)healthy * messages - (long)delivered : 0, faults, closed, quantile_ms(delays, known, 0.5),
         quantile_ms(delays, known, 0.99), quantile_ms(last_of, messages, 0.5), ballots_done, ballots_refused,
         quantile_ms(ballot_delays, ballots_done, 0.5), quantile_ms(ballot_delays, ballots_done, 0.99),
         quantile_ms(ballot_delays, ballots_done, 1));
  fflush(stdout);
  expected = 0; /* what comes late is not counted */
  free(delays), free(last_of), free(ballot_delays);
}

static void herd(uint64_t ms) {
  int healthy = 0;
  for (int i = 0; i < amount; i++) healthy += !viewers[i].stalled;
  herding = 1, currents = 0, closed = 0, failed = refused = 0;
  currents_at = malloc(4 * (uint64_t)amount * 64);
  printf("{\"herding\": %d}\n", healthy);
  fflush(stdout);
  uint64_t came = now(), begun = came;
  int gone = 0, next = 0;
  while (now() - begun < ms * MS && !(gone && currents >= healthy)) {
    turn(2, &came);
    uint64_t at = now();
    if (!gone && closed >= healthy / 2) gone = 1, herd_begun = at, currents = 0;
    /* A slice of them at a time, so that those who are there are read, too. */
    for (int k = 0; gone && k < 1000; k++, next = (next + 1) % amount) {
      viewer *v = &viewers[next];
      if (v->state == AWAY && v->due <= at && !v->stalled) call(next);
    }
  }
  qsort(currents_at, currents, 4, by_size);
  printf("{\"viewers\": %d, \"current\": %d, \"attempts_failed\": %lu, \"refused\": %lu, \"p50_ms\": %.1f, \"p99_ms\": %.1f, "
         "\"all_ms\": %.1f}\n",
         healthy, currents, failed, refused, quantile_ms(currents_at, currents, 0.5), quantile_ms(currents_at, currents, 0.99),
         quantile_ms(currents_at, currents, 1));
  fflush(stdout);
  free(currents_at);
  herding = 0;
}

int main(int arguments, char **argument) {
  if (arguments < 7) return 2;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  port = atoi(argument[1]), amount = atoi(argument[3]), stalled = atoi(argument[4]), packed = atoi(argument[5]);
  viewers = calloc(amount, sizeof *viewers);
  handshakes = malloc(8 * ((uint64_t)amount + 1));
  for (int i = 0; i < stalled; i++) viewers[(uint64_t)i * amount / stalled].stalled = 1;
  int file = open(argument[6], O_RDWR);
  times = mmap(NULL, 8 * MOST_BROADCASTS, PROT_READ, MAP_SHARED, file, 0);
  if (file < 0 || times == MAP_FAILED) die(argument[6]);
  if (arguments > 7) {
    struct stat status;
    file = open(argument[7], O_RDONLY);
    if (file < 0 || fstat(file, &status)) die(argument[7]);
    ballots = next_ballot = mmap(NULL, status.st_size + 1, PROT_READ, MAP_PRIVATE, file, 0);
    ballots_end = ballots + status.st_size;
  }
  request_size = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: 13\r\n%s\r\n",
                          argument[2], port, port,
                          packed ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
  poller = epoll_create1(0), judges = epoll_create1(0);
  open_all();
  char line[256];
  uint64_t came = 0;
  for (;;) {
    /* Between orders nobody is left waiting for a pong. */
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 0};
    int both = epoll_create1(0), ready;
    epoll_ctl(both, EPOLL_CTL_ADD, 0, &event);
    event.data.u32 = 1;
    epoll_ctl(both, EPOLL_CTL_ADD, poller, &event);
    ready = epoll_wait(both, &event, 1, 1000);
    close(both);
    if (ready == 1 && event.data.u32 == 1) {
      turn(0, &came);
      continue;
    }
    if (ready < 1) continue;
    ssize_t got = read(0, line, sizeof line - 1);
    if (got <= 0) _exit(0);
    line[got] = 0;
    int messages, here;
    unsigned long ms;
    double rate;
    if (sscanf(line, "count %d %lu %lf %d", &messages, &ms, &rate, &here) == 4) count(messages, ms, rate, here);
    else if (sscanf(line, "herd %lu", &ms) == 1) herd(ms);
    else return 2;
  }
}
