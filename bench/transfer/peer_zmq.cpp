// ZeroMQ, PAIR sockets within the process. A message carries the pointer, not the payload.
#include <zmq.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "queue_lane.h"

namespace bench {
namespace {

void* Context() {
  static void* const context = zmq_ctx_new();  // until the process ends
  return context;
}

void Expect(bool well, const char* what) {
  if (well) return;
  std::fprintf(stderr, "zmq_inproc: %s: %s\n", what, zmq_strerror(zmq_errno()));
  std::exit(1);
}

class ZmqInproc {
 public:
  explicit ZmqInproc(std::size_t bound) : in_(Socket((bound + 1) / 2)), out_(Socket(bound / 2)) {
    static std::atomic<int> number{0};
    const std::string address = "inproc://lane" + std::to_string(number++);
    Expect(zmq_bind(out_, address.c_str()) == 0, "bind");
    Expect(zmq_connect(in_, address.c_str()) == 0, "connect");
  }
  ~ZmqInproc() {
    zmq_close(in_);
    zmq_close(out_);
  }
  ZmqInproc(const ZmqInproc&) = delete;
  ZmqInproc& operator=(const ZmqInproc&) = delete;

  // The pointer itself travels as bytes: made in the one message, and taken out of the other.
  void Push(ParcelPointer item) {
    alignas(ParcelPointer) unsigned char bytes[sizeof item];
    new (bytes) ParcelPointer(std::move(item));
    Expect(zmq_send(in_, bytes, sizeof bytes, 0) == static_cast<int>(sizeof bytes), "send");
  }

  ParcelPointer Pop() {
    alignas(ParcelPointer) unsigned char bytes[sizeof(ParcelPointer)];
    Expect(zmq_recv(out_, bytes, sizeof bytes, 0) == static_cast<int>(sizeof bytes), "receive");
    auto* const item = std::launder(reinterpret_cast<ParcelPointer*>(bytes));
    ParcelPointer result = std::move(*item);
    item->~ParcelPointer();
    return result;
  }

 private:
  // The bound of a pair in one process is the sum of both ends'.
  static void* Socket(std::size_t bound) {
    void* const socket = zmq_socket(Context(), ZMQ_PAIR);
    Expect(socket != nullptr, "socket");
    const int limit = bound == 0 ? 1 : static_cast<int>(bound);
    const int linger = 0;
    Expect(zmq_setsockopt(socket, ZMQ_SNDHWM, &limit, sizeof limit) == 0, "send limit");
    Expect(zmq_setsockopt(socket, ZMQ_RCVHWM, &limit, sizeof limit) == 0, "receive limit");
    Expect(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) == 0, "linger");
    return socket;
  }

  void* in_;
  void* out_;
};

OPENMATRIX_BENCH_PEER("zmq_inproc", ZmqInproc);

}  // namespace
}  // namespace bench
