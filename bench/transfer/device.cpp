// The device half of transfer_bench, built as applications build a device library.
#include <cstdio>
#include <cstdlib>

#include "far_end.h"
#include "hiaiengine/engine.h"
#include "hooks.h"

namespace {

// The near end waits for what was not sent, for ever.
void Expect(bool sent) {
  if (sent) return;
  std::fprintf(stderr, "transfer_device: a send failed\n");
  std::_Exit(1);
}

// Does what the message says.
class BenchDevice : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
 private:
  bench::FarEnd far_;
};

HIAI_IMPL_ENGINE_PROCESS("BenchDevice", BenchDevice, 1) {
  const bench::Order order = static_cast<const bench::Parcel*>(arg0.get())->order;
  const bool well = far_.On(
      order, [&] { arg0.reset(); },
      [this](const bench::Order& answer) {
        return SendOrder(answer, [this](const char* type, const std::shared_ptr<void>& object) {
          return SendData(0, type, object, kForever);
        });
      });
  Expect(well);
  return HIAI_OK;
}

// Sends on what it received, without looking at it.
class BenchForward : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("BenchForward", BenchForward, 1) {
  Expect(SendData(0, kParcel, arg0, kForever) == HIAI_OK);
  return HIAI_OK;
}

}  // namespace
