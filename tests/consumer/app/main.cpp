// The host half: sends "matrix" to the device and prints what comes back. Run it where
// consumer.config and libconsumer_device.so are.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <future>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "message.h"
#include "openmatrix/version.h"

HIAI_REGISTER_SERIALIZE_FUNC("Packet", Packet, SerializePacket, DeserializePacket);
HIAI_REGISTER_DATA_TYPE("Note", Note);

class Back : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Back", Back, 1) { return SendData(0, "Note", arg0); }

namespace {

class Receiver : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    note.set_value(std::static_pointer_cast<Note>(message)->text);
    return HIAI_OK;
  }
  std::promise<std::string> note;
};

std::string Talk() {
  auto receiver = std::make_shared<Receiver>();
  auto answer = receiver->note.get_future();
  if (hiai::Graph::SetDataRecvFunctor({7, 2, 0}, receiver) != HIAI_OK) return "no receiver";

  auto packet = std::make_shared<Packet>();
  packet->number = 42;
  packet->size = 6;
  void* block = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(packet->size, block) != HIAI_OK) return "no memory";
  std::memcpy(block, "matrix", packet->size);
  packet->bytes.reset(static_cast<uint8_t*>(block), [](uint8_t*) {});  // the transport frees it
  if (hiai::Graph::GetInstance(7)->SendData({7, 1, 0}, "Packet", packet) != HIAI_OK) {
    return "not sent";
  }
  const auto patience = std::chrono::seconds(60);
  return answer.wait_for(patience) == std::future_status::ready ? answer.get() : "no answer";
}

}  // namespace

int main() {
  if (HIAI_Init(0) != HIAI_OK) return 1;
  if (hiai::Graph::CreateGraph("consumer.config") != HIAI_OK) return 1;
  const std::string answer = Talk();
  if (hiai::Graph::DestroyGraph(7) != HIAI_OK) return 1;
  std::printf("consumer of %s: %s\n", OPENMATRIX_VERSION_STRING, answer.c_str());
  return answer == "xirtam:24" ? 0 : 1;
}
