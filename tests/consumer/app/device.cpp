// The device half. It answers a packet with a note: number and bytes in reverse.
#include <algorithm>

#include "hiaiengine/api.h"
#include "message.h"

HIAI_REGISTER_SERIALIZE_FUNC("Packet", Packet, SerializePacket, DeserializePacket);
HIAI_REGISTER_DATA_TYPE("Note", Note);

class Reverse : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Reverse", Reverse, 1) {
  const auto packet = std::static_pointer_cast<Packet>(arg0);
  auto note = std::make_shared<Note>();
  note->text = std::to_string(packet->number) + ":";
  note->text.append(packet->bytes.get(), packet->bytes.get() + packet->size);
  std::reverse(note->text.begin(), note->text.end());
  return SendData(0, "Note", note);
}
