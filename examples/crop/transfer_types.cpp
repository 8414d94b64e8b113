// How the two messages cross between host and device: a small control part, written and read by
// cereal, and one block of pixels whose address is handed over.
#include "transfer_types.h"

#include <sstream>

#include "hiaiengine/graph.h"

namespace {

// Runs on the sender's side, inside SendData.
template <typename Message>
void Serialize(void* object, std::string& control, uint8_t*& data, uint32_t& data_bytes) {
  const Message& message = *static_cast<Message*>(object);
  std::ostringstream stream;
  cereal::PortableBinaryOutputArchive archive(stream);
  archive(message);
  control = stream.str();
  data = message.pixels.get();
  data_bytes = message.pixel_bytes;
}

// Runs on the receiver's side, on the thread of the engine that will get the message.
template <typename Message>
std::shared_ptr<void> Deserialize(const char* control, const uint32_t& control_bytes,
                                  const uint8_t* data, const uint32_t& data_bytes) {
  if (control == nullptr) return nullptr;
  auto message = std::make_shared<Message>();
  std::istringstream stream(std::string(control, control_bytes));
  cereal::PortableBinaryInputArchive archive(stream);
  archive(*message);
  // Null drops the message, and the framework releases the data.
  if (message->pixel_bytes != data_bytes) return nullptr;
  // From here on the block is the message's: it goes when the last user of the pixels is gone.
  if (data != nullptr) {
    message->pixels.reset(const_cast<uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
  }
  return message;
}

}  // namespace

HIAI_REGISTER_SERIALIZE_FUNC(kPictureMessage, PictureMessage, Serialize<PictureMessage>,
                             Deserialize<PictureMessage>)
HIAI_REGISTER_SERIALIZE_FUNC(kCropsMessage, CropsMessage, Serialize<CropsMessage>,
                             Deserialize<CropsMessage>)
