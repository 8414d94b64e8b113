// What the far end does with a message: the same code in the device library and for the peers.
#pragma once

#include <cstdint>
#include <vector>

#include "clock.h"
#include "order.h"

namespace bench {

class FarEnd {
 public:
  FarEnd() { delays_.reserve(1 << 16); }

  // `drop()` gives the message and its block back, which happens before anything is answered;
  // `reply(order)` sends to the near end and says whether that went well.
  template <typename Drop, typename Reply>
  bool On(const Order order, const Drop& drop, const Reply& reply) {
    if (order.kind == Kind::kStamp) delays_.push_back(NowNs() - order.value);
    drop();
    Order answer = order;
    answer.kind = Kind::kDrop;
    if (order.kind == Kind::kAnswer) return reply(answer);
    if (order.kind == Kind::kBurst) {
      for (std::int64_t i = 0; i < order.value; ++i) {
        if (!reply(answer)) return false;
      }
    }
    if (order.kind == Kind::kReport) return Report(answer, reply);
    return true;
  }

 private:
  template <typename Reply>
  bool Report(Order answer, const Reply& reply) {
    answer.bytes = 0;
    for (const std::int64_t delay : delays_) {
      answer.value = delay;
      if (!reply(answer)) return false;
    }
    delays_.clear();
    answer.kind = Kind::kLast;
    return reply(answer);
  }

  std::vector<std::int64_t> delays_;
};

}  // namespace bench
