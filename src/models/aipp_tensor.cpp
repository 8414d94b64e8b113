// AippDynamicParaTensor: fills in the parameters that openmatrix/aipp.h declares.
//
// The parameters are the tensor's buffer, so that they go where the tensor goes; the two pointers
// into it count only while it is still the one that Init made.
#include <cstring>

#include "base/log_sink.h"
#include "hiaiengine/ai_tensor.h"
#include "models/tensor_description.h"
#include "openmatrix/aipp.h"

// As in the public header.
#pragma GCC diagnostic ignored "-Wignored-qualifiers"

namespace openmatrix {
namespace {

constexpr std::uint32_t kMaxBatches = 4096;

struct Conversion {
  hiai::AippInputFormat from;
  hiai::AippModelFormat to;
  hiai::ImageFormat range;
  std::int16_t matrix[3][3];
  std::uint8_t out_bias[3];
  std::uint8_t in_bias[3];
};

using namespace hiai;

// BT.601 in units of 1/256, rounded. Narrow range has 219 steps of luma above 16 and 224 of
// chroma; JPEG has 255 of both. From RGB888 and XRGB8888 the same rows apply.
constexpr Conversion kConversions[] = {
    {YUV420SP_U8,
     MODEL_RGB888_U8,
     BT_601NARROW,
     {{298, 0, 409}, {298, -100, -208}, {298, 516, 0}},
     {0, 0, 0},
     {16, 128, 128}},
    {YUV420SP_U8,
     MODEL_BGR888_U8,
     BT_601NARROW,
     {{298, 516, 0}, {298, -100, -208}, {298, 0, 409}},
     {0, 0, 0},
     {16, 128, 128}},
    {YUV420SP_U8,
     MODEL_RGB888_U8,
     JPEG,
     {{256, 0, 359}, {256, -88, -183}, {256, 454, 0}},
     {0, 0, 0},
     {0, 128, 128}},
    {YUV420SP_U8,
     MODEL_BGR888_U8,
     JPEG,
     {{256, 454, 0}, {256, -88, -183}, {256, 0, 359}},
     {0, 0, 0},
     {0, 128, 128}},
    {RGB888_U8,
     MODEL_YUV444SP_U8,
     BT_601NARROW,
     {{66, 129, 25}, {-38, -74, 112}, {112, -94, -18}},
     {16, 128, 128},
     {0, 0, 0}},
    {RGB888_U8,
     MODEL_YVU444SP_U8,
     BT_601NARROW,
     {{66, 129, 25}, {112, -94, -18}, {-38, -74, 112}},
     {16, 128, 128},
     {0, 0, 0}},
    {RGB888_U8,
     MODEL_YUV444SP_U8,
     JPEG,
     {{77, 150, 29}, {-43, -85, 128}, {128, -107, -21}},
     {0, 128, 128},
     {0, 0, 0}},
    {RGB888_U8,
     MODEL_YVU444SP_U8,
     JPEG,
     {{77, 150, 29}, {128, -107, -21}, {-43, -85, 128}},
     {0, 128, 128},
     {0, 0, 0}},
};

constexpr std::int16_t kUnit = 256;

bool IsFormat(AippInputFormat format) { return format >= YUV420SP_U8 && format < RESERVED; }

// What needs no arithmetic on colours: rows of the unit matrix, in some order, or luma alone.
bool FindSimple(AippInputFormat from, AippModelFormat to, ImageFormat range, Conversion& found) {
  const bool is_rgb = from == RGB888_U8 || from == XRGB8888_U8;
  found = Conversion{from, to, range, {}, {}, {}};
  auto set = [&](int a, int b, int c) {
    found.matrix[0][a] = found.matrix[1][b] = found.matrix[2][c] = kUnit;
    return true;
  };
  if (is_rgb && to == MODEL_RGB888_U8) return set(0, 1, 2);
  if (is_rgb && to == MODEL_BGR888_U8) return set(2, 1, 0);
  if (from == YUV420SP_U8 && to == MODEL_YUV444SP_U8) return set(0, 1, 2);
  if (from == YUV420SP_U8 && to == MODEL_YVU444SP_U8) return set(0, 2, 1);
  if (to != MODEL_GRAY) return false;
  if (is_rgb) {
    found.matrix[0][0] = 76;
    found.matrix[0][1] = 150;
    found.matrix[0][2] = 30;
  } else {
    found.matrix[0][0] = kUnit;
  }
  return true;
}

bool FindConversion(AippInputFormat from, AippModelFormat to, ImageFormat range,
                    Conversion& found) {
  if (!IsFormat(from) || (range != JPEG && range != BT_601NARROW)) return false;
  if (FindSimple(from, to, range, found)) return true;
  const AippInputFormat rows = from == XRGB8888_U8 ? RGB888_U8 : from;
  for (const Conversion& conversion : kConversions) {
    if (conversion.from != rows || conversion.to != to || conversion.range != range) continue;
    found = conversion;
    return true;
  }
  return false;
}

void ReportNoRoom() {
  static OnceGate gate;
  if (!gate.Enter()) return;
  Log(LogLevel::kWarning,
      "AippDynamicParaTensor: no room for parameters; make it with AITensorFactory::CreateTensor "
      "and leave its buffer alone");
}

}  // namespace
}  // namespace openmatrix

namespace hiai {

using openmatrix::AippBatchParameters;
using openmatrix::AippParameters;

const char* const AippDynamicParaTensor::GetTypeName() { return openmatrix::kAippTensor; }

AITensorDescription AippDynamicParaTensor::GetDescription(const std::string& batchNumber) {
  AITensorDescription description;
  description.set_type(openmatrix::kAippTensor);
  openmatrix::AddPara(description, "batchNumber", batchNumber);
  return description;
}

std::shared_ptr<IAITensor> AippDynamicParaTensor::CreateTensor(
    const AITensorDescription& tensorDesc) {
  return openmatrix::MakeTensor<AippDynamicParaTensor>(tensorDesc);
}

bool AippDynamicParaTensor::Init(const AITensorDescription& tensorDesc) {
  uint32_t batches = 0;
  if (!openmatrix::HasType(tensorDesc, openmatrix::kAippTensor) ||
      !openmatrix::ReadPara(tensorDesc, "batchNumber", openmatrix::kMaxBatches, batches)) {
    return false;
  }
  const auto bytes =
      static_cast<uint32_t>(sizeof(AippParameters) + batches * sizeof(AippBatchParameters));
  void* const buffer = MallocDataBuffer(bytes);
  if (buffer == nullptr) return false;
  std::memset(buffer, 0, bytes);
  common_ = static_cast<AippParameters*>(buffer);
  batches_ = reinterpret_cast<AippBatchParameters*>(common_ + 1);
  batchNumber_ = batches;
  common_->batches = batches;
  common_->input_index = dynamicInputIndex_;
  common_->edge_index = dynamicInputEdgeIndex_;
  return true;
}

AippParameters* AippDynamicParaTensor::Common() {
  if (common_ != nullptr && GetBuffer() == common_) return common_;
  openmatrix::ReportNoRoom();
  return nullptr;
}

AippBatchParameters* AippDynamicParaTensor::Batch(uint32_t index) {
  return index < batchNumber_ && Common() != nullptr ? batches_ + index : nullptr;
}

void AippDynamicParaTensor::SetDynamicInputIndex(uint32_t dynamicInputIndex) {
  dynamicInputIndex_ = dynamicInputIndex;
  if (AippParameters* const common = Common()) common->input_index = dynamicInputIndex;
}

uint32_t AippDynamicParaTensor::GetDynamicInputIndex() const { return dynamicInputIndex_; }

void AippDynamicParaTensor::SetDynamicInputEdgeIndex(uint32_t dynamicInputEdgeIndex) {
  dynamicInputEdgeIndex_ = dynamicInputEdgeIndex;
  if (AippParameters* const common = Common()) common->edge_index = dynamicInputEdgeIndex;
}

uint32_t AippDynamicParaTensor::GetDynamicInputEdgeIndex() const { return dynamicInputEdgeIndex_; }

AIStatus AippDynamicParaTensor::SetInputFormat(AippInputFormat aippInputFormat) {
  if (!openmatrix::IsFormat(aippInputFormat)) return INVALID_PARA;
  AippParameters* const common = Common();
  if (common == nullptr) return NOT_INIT;
  common->input_format = aippInputFormat;
  return SUCCESS;
}

AIStatus AippDynamicParaTensor::SetCscParams(AippInputFormat srcFormat, AippModelFormat dstFormat,
                                             ImageFormat imageFormat) {
  openmatrix::Conversion found;
  if (!openmatrix::FindConversion(srcFormat, dstFormat, imageFormat, found)) return INVALID_PARA;
  AippParameters* const common = Common();
  if (common == nullptr) return NOT_INIT;
  common->csc = true;
  std::memcpy(common->matrix, found.matrix, sizeof found.matrix);
  std::memcpy(common->out_bias, found.out_bias, sizeof found.out_bias);
  std::memcpy(common->in_bias, found.in_bias, sizeof found.in_bias);
  return SUCCESS;
}

void AippDynamicParaTensor::SetCscParams(bool csc_switch, int16_t cscMatrixR0C0,
                                         int16_t cscMatrixR0C1, int16_t cscMatrixR0C2,
                                         int16_t cscMatrixR1C0, int16_t cscMatrixR1C1,
                                         int16_t cscMatrixR1C2, int16_t cscMatrixR2C0,
                                         int16_t cscMatrixR2C1, int16_t cscMatrixR2C2,
                                         uint8_t cscOutputBiasR0, uint8_t cscOutputBiasR1,
                                         uint8_t cscOutputBiasR2, uint8_t cscInputBiasR0,
                                         uint8_t cscInputBiasR1, uint8_t cscInputBiasR2) {
  AippParameters* const common = Common();
  if (common == nullptr) return;
  const int16_t matrix[3][3] = {{cscMatrixR0C0, cscMatrixR0C1, cscMatrixR0C2},
                                {cscMatrixR1C0, cscMatrixR1C1, cscMatrixR1C2},
                                {cscMatrixR2C0, cscMatrixR2C1, cscMatrixR2C2}};
  const uint8_t out_bias[3] = {cscOutputBiasR0, cscOutputBiasR1, cscOutputBiasR2};
  const uint8_t in_bias[3] = {cscInputBiasR0, cscInputBiasR1, cscInputBiasR2};
  common->csc = csc_switch;
  std::memcpy(common->matrix, matrix, sizeof matrix);
  std::memcpy(common->out_bias, out_bias, sizeof out_bias);
  std::memcpy(common->in_bias, in_bias, sizeof in_bias);
}

void AippDynamicParaTensor::SetRbuvSwapSwitch(bool rbuvSwapSwitch) {
  if (AippParameters* const common = Common()) common->swap_rb_uv = rbuvSwapSwitch;
}

void AippDynamicParaTensor::SetAxSwapSwitch(bool axSwapSwitch) {
  if (AippParameters* const common = Common()) common->swap_ax = axSwapSwitch;
}

void AippDynamicParaTensor::SetSrcImageSize(int32_t srcImageSizeW, int32_t srcImageSizeH) {
  AippParameters* const common = Common();
  if (common == nullptr) return;
  common->width = srcImageSizeW;
  common->height = srcImageSizeH;
}

AIStatus AippDynamicParaTensor::SetCropParams(bool cropSwitch, int32_t cropStartPosW,
                                              int32_t cropStartPosH, int32_t cropSizeW,
                                              int32_t cropSizeH, uint32_t batch_index) {
  AippBatchParameters* const batch = Batch(batch_index);
  if (batch == nullptr) return INVALID_PARA;
  batch->crop = cropSwitch;
  batch->crop_x = cropStartPosW;
  batch->crop_y = cropStartPosH;
  batch->crop_w = cropSizeW;
  batch->crop_h = cropSizeH;
  return SUCCESS;
}

AIStatus AippDynamicParaTensor::SetPaddingParams(int8_t paddingSwitch, int32_t paddingSizeTop,
                                                 int32_t paddingSizeBottom, int32_t paddingSizeLeft,
                                                 int32_t paddingSizeRight, uint32_t batch_index) {
  AippBatchParameters* const batch = Batch(batch_index);
  if (batch == nullptr || paddingSwitch < 0 || paddingSwitch > 4) return INVALID_PARA;
  batch->padding = paddingSwitch;
  batch->pad_top = paddingSizeTop;
  batch->pad_bottom = paddingSizeBottom;
  batch->pad_left = paddingSizeLeft;
  batch->pad_right = paddingSizeRight;
  return SUCCESS;
}

AIStatus AippDynamicParaTensor::SetDtcPixelMean(int16_t dtcPixelMeanChn0, int16_t dtcPixelMeanChn1,
                                                int16_t dtcPixelMeanChn2, int16_t dtcPixelMeanChn3,
                                                uint32_t batch_index) {
  AippBatchParameters* const batch = Batch(batch_index);
  if (batch == nullptr) return INVALID_PARA;
  batch->mean[0] = dtcPixelMeanChn0;
  batch->mean[1] = dtcPixelMeanChn1;
  batch->mean[2] = dtcPixelMeanChn2;
  batch->mean[3] = dtcPixelMeanChn3;
  return SUCCESS;
}

AIStatus AippDynamicParaTensor::SetDtcPixelMin(float dtcPixelMinChn0, float dtcPixelMinChn1,
                                               float dtcPixelMinChn2, float dtcPixelMinChn3,
                                               uint32_t batch_index) {
  AippBatchParameters* const batch = Batch(batch_index);
  if (batch == nullptr) return INVALID_PARA;
  batch->min[0] = dtcPixelMinChn0;
  batch->min[1] = dtcPixelMinChn1;
  batch->min[2] = dtcPixelMinChn2;
  batch->min[3] = dtcPixelMinChn3;
  return SUCCESS;
}

AIStatus AippDynamicParaTensor::SetPixelVarReci(float dtcPixelVarReciChn0,
                                                float dtcPixelVarReciChn1,
                                                float dtcPixelVarReciChn2,
                                                float dtcPixelVarReciChn3, uint32_t batch_index) {
  AippBatchParameters* const batch = Batch(batch_index);
  if (batch == nullptr) return INVALID_PARA;
  batch->var_reci[0] = dtcPixelVarReciChn0;
  batch->var_reci[1] = dtcPixelVarReciChn1;
  batch->var_reci[2] = dtcPixelVarReciChn2;
  batch->var_reci[3] = dtcPixelVarReciChn3;
  return SUCCESS;
}

}  // namespace hiai
