// AINeuralNetworkBuffer and AIImageBuffer: a buffer with a shape.
#include <iterator>

#include "hiaiengine/ai_tensor.h"
#include "models/tensor_description.h"

// As in the public header.
#pragma GCC diagnostic ignored "-Wignored-qualifiers"

namespace openmatrix {
namespace {

constexpr const char* kFormats[] = {"BITMAP", "PNG", "JPEG", "BT_601NARROW"};
static_assert(hiai::BT_601NARROW + 1 == std::size(kFormats), "one name per format");

// False for a name that is none; true and no change without one.
bool ReadFormat(const hiai::AITensorDescription& description, hiai::ImageFormat& format) {
  const std::string* const text = FindPara(description, "format");
  if (text == nullptr) return true;
  for (std::size_t i = 0; i < std::size(kFormats); ++i) {
    if (*text != kFormats[i]) continue;
    format = static_cast<hiai::ImageFormat>(i);
    return true;
  }
  return false;
}

}  // namespace
}  // namespace openmatrix

namespace hiai {

const char* const AINeuralNetworkBuffer::GetTypeName() { return openmatrix::kNeuralNetworkBuffer; }

uint32_t AINeuralNetworkBuffer::ByteSizeLong() { return GetSize(); }

bool AINeuralNetworkBuffer::Init(const AITensorDescription& tensorDesc) {
  int32_t data_type = data_type_;
  int32_t number = number_;
  int32_t channel = channel_;
  int32_t height = height_;
  int32_t width = width_;
  const bool fits = openmatrix::HasType(tensorDesc, openmatrix::kNeuralNetworkBuffer) &&
                    openmatrix::ReadPara(tensorDesc, "data_type", data_type) &&
                    openmatrix::ReadPara(tensorDesc, "number", number) &&
                    openmatrix::ReadPara(tensorDesc, "channel", channel) &&
                    openmatrix::ReadPara(tensorDesc, "height", height) &&
                    openmatrix::ReadPara(tensorDesc, "width", width);
  if (!fits) return false;
  data_type_ = data_type;
  number_ = number;
  channel_ = channel;
  height_ = height;
  width_ = width;
  if (!tensorDesc.name().empty()) name_ = tensorDesc.name();
  return true;
}

std::shared_ptr<IAITensor> AINeuralNetworkBuffer::CreateTensor(
    const AITensorDescription& tensorDesc) {
  return openmatrix::MakeTensor<AINeuralNetworkBuffer>(tensorDesc);
}

AITensorDescription AINeuralNetworkBuffer::GetDescription(
    const std::string& size, const std::string& data_type, const std::string& number,
    const std::string& channel, const std::string& height, const std::string& width) {
  AITensorDescription description;
  description.set_type(openmatrix::kNeuralNetworkBuffer);
  openmatrix::AddPara(description, openmatrix::kSizePara, size);
  openmatrix::AddPara(description, "data_type", data_type);
  openmatrix::AddPara(description, "number", number);
  openmatrix::AddPara(description, "channel", channel);
  openmatrix::AddPara(description, "height", height);
  openmatrix::AddPara(description, "width", width);
  return description;
}

int32_t AINeuralNetworkBuffer::GetNumber() { return number_; }
void AINeuralNetworkBuffer::SetNumber(int32_t number) { number_ = number; }
int32_t AINeuralNetworkBuffer::GetChannel() { return channel_; }
void AINeuralNetworkBuffer::SetChannel(int32_t channel) { channel_ = channel; }
int32_t AINeuralNetworkBuffer::GetHeight() { return height_; }
void AINeuralNetworkBuffer::SetHeight(int32_t height) { height_ = height; }
int32_t AINeuralNetworkBuffer::GetWidth() { return width_; }
void AINeuralNetworkBuffer::SetWidth(int32_t width) { width_ = width; }
int32_t AINeuralNetworkBuffer::GetData_type() { return data_type_; }
void AINeuralNetworkBuffer::SetData_type(int32_t data_type) { data_type_ = data_type; }
const std::string& AINeuralNetworkBuffer::GetName() const { return name_; }
void AINeuralNetworkBuffer::SetName(const std::string& value) { name_ = value; }

const char* const AIImageBuffer::GetTypeName() { return openmatrix::kImageBuffer; }

uint32_t AIImageBuffer::ByteSizeLong() { return GetSize(); }

bool AIImageBuffer::Init(const AITensorDescription& tensorDesc) {
  ImageFormat format = format_;
  int32_t height = height_;
  int32_t width = width_;
  const bool fits = openmatrix::HasType(tensorDesc, openmatrix::kImageBuffer) &&
                    openmatrix::ReadFormat(tensorDesc, format) &&
                    openmatrix::ReadPara(tensorDesc, "height", height) &&
                    openmatrix::ReadPara(tensorDesc, "width", width);
  if (!fits) return false;
  format_ = format;
  height_ = height;
  width_ = width;
  return true;
}

std::shared_ptr<IAITensor> AIImageBuffer::CreateTensor(const AITensorDescription& tensorDesc) {
  return openmatrix::MakeTensor<AIImageBuffer>(tensorDesc);
}

AITensorDescription AIImageBuffer::GetDescription(const std::string& size,
                                                  const std::string& height,
                                                  const std::string& width,
                                                  const std::string format) {
  AITensorDescription description;
  description.set_type(openmatrix::kImageBuffer);
  openmatrix::AddPara(description, openmatrix::kSizePara, size);
  openmatrix::AddPara(description, "height", height);
  openmatrix::AddPara(description, "width", width);
  openmatrix::AddPara(description, "format", format);
  return description;
}

ImageFormat AIImageBuffer::GetFormat() { return format_; }
void AIImageBuffer::SetFormat(ImageFormat format) { format_ = format; }
int32_t AIImageBuffer::GetHeight() { return height_; }
void AIImageBuffer::SetHeight(int32_t height) { height_ = height; }
int32_t AIImageBuffer::GetWidth() { return width_; }
void AIImageBuffer::SetWidth(int32_t width) { width_ = width; }

}  // namespace hiai
