// The device half of transfer_bench: drops what it gets, and answers with a block of its own when
// the message asks for it.
#include "hiaiengine/engine.h"
#include "transfer_message.h"

namespace {

class BenchDevice : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("BenchDevice", BenchDevice, 1) {
  const auto request = std::static_pointer_cast<Parcel>(arg0);
  if (!request->reply_wanted) return HIAI_OK;
  const std::shared_ptr<Parcel> answer = MakeParcel(request->bytes, false);
  if (answer == nullptr) return HIAI_ERROR;
  return SendData(0, kParcel, answer);
}

}  // namespace
