// The device half of the old application: joins a frame and a note, answers with one of each.
#define G2_DEVICE_HALF
#include <memory>
#include <vector>

#include "g2/engine.h"
#include "g2/multitype_queue.h"
#include "g2_messages.h"

class G2Device : public hiai::Engine {
 public:
  G2Device() : queue_(2), own_member_(0x5A5A5A5A) {}
  // Overrides with classes of protobuf in the signature, without touching them.
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) {
    initialised_ = true;
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(2, 2)

 private:
  hiai::MultiTypeQueue queue_;
  uint32_t own_member_;
  bool initialised_ = false;
};

HIAI_IMPL_ENGINE_PROCESS("G2Device", G2Device, 2) {
  queue_.PushData(0, arg0);
  queue_.PushData(1, arg1);
  std::shared_ptr<G2Frame> frame;
  std::shared_ptr<G2Note> note;
  if (!queue_.PopAllData(frame, note)) return HIAI_OK;

  std::shared_ptr<G2Note> answer = std::make_shared<G2Note>();
  const bool sound = initialised_ && own_member_ == 0x5A5A5A5A && GetEngineName() == "G2Device";
  std::shared_ptr<G2Frame> reply = G2MakeFrame(frame->bytes, 0);
  if (reply == nullptr) return HIAI_INIT_FAIL;
  for (uint32_t i = 0; i < frame->bytes; ++i) {
    reply->data.get()[i] = static_cast<uint8_t>(~frame->data.get()[i]);
  }
  frame.reset();
  arg0.reset();
  const bool released = G2Frees::Good() > 0;  // the block that came from the host

  HIAI_StatusT status = SendData(0, "G2Frame", reply);
  reply.reset();
  answer->text = note->text + (sound ? " sound" : " broken") + (released ? " released" : " kept");
  answer->number = static_cast<uint32_t>(g2::InlineRegistrations());
  if (status == HIAI_OK) status = SendData(1, "G2Note", answer);
  HIAI_ENGINE_LOG(this, status, "answered %s", note->text.c_str());
  return status;
}
