import type { FrameImage } from '../../contracts/frame';
import type { ImageTensor } from '../../inference/tensor';
import { channelPlans, isVideoFrame, type InputPreparer, type PixelSpec } from './input-preparer';
import type { LetterboxGeometry } from './letterbox';
import { letterboxShader, UNIFORM_WORDS, WORKGROUP_SIDE } from './letterbox-shader';

/** What one input size needs on the device. */
interface DeviceBuffers {
  readonly geometry: LetterboxGeometry;
  readonly plan: GPUBuffer;
  readonly tensor: GPUBuffer;
}

/** GPU path: the frame is imported, letterboxed by a compute shader and handed over where it lies. */
export class WebGpuPreparer implements InputPreparer {
  readonly path = 'webgpu';
  readonly #device: GPUDevice;
  readonly #spec: PixelSpec;
  readonly #pipeline: GPUComputePipeline;
  readonly #sampler: GPUSampler;
  #buffers: DeviceBuffers | null = null;

  /** `device` is the session's own, so that its network can read the tensor. */
  constructor(device: GPUDevice, spec: PixelSpec) {
    this.#device = device;
    this.#spec = spec;
    this.#sampler = device.createSampler({ magFilter: 'linear', minFilter: 'linear' });
    const module = device.createShaderModule({ code: letterboxShader });
    this.#pipeline = device.createComputePipeline({
      layout: 'auto',
      compute: { module, entryPoint: 'letterbox' },
    });
  }

  /** VideoFrames only: an ImageBitmap cannot be an external texture. */
  supports(image: FrameImage): image is VideoFrame {
    return isVideoFrame(image);
  }

  prepare(image: FrameImage, geometry: LetterboxGeometry): Promise<ImageTensor> {
    if (!this.supports(image)) throw new RangeError('Expected a VideoFrame');
    const buffers = this.#buffersFor(geometry);
    // An external texture lives until this task ends, so it is used up without waiting in between.
    const frame = this.#device.importExternalTexture({ source: image, colorSpace: 'srgb' });
    const bindGroup = this.#device.createBindGroup({
      layout: this.#pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: frame },
        { binding: 1, resource: this.#sampler },
        { binding: 2, resource: { buffer: buffers.plan } },
        { binding: 3, resource: { buffer: buffers.tensor } },
      ],
    });
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(
      Math.ceil(geometry.inputWidthPx / WORKGROUP_SIDE),
      Math.ceil(geometry.inputHeightPx / WORKGROUP_SIDE),
    );
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
    return Promise.resolve({
      location: 'gpu',
      buffer: buffers.tensor,
      shape: [1, 3, geometry.inputHeightPx, geometry.inputWidthPx],
    });
  }

  dispose(): void {
    this.#buffers?.plan.destroy();
    this.#buffers?.tensor.destroy();
    this.#buffers = null;
  }

  #buffersFor(geometry: LetterboxGeometry): DeviceBuffers {
    if (this.#buffers?.geometry === geometry) return this.#buffers;
    this.dispose();
    const plan = this.#device.createBuffer({
      size: UNIFORM_WORDS * 4,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#device.queue.writeBuffer(plan, 0, uniformBlock(this.#spec, geometry));
    const tensor = this.#device.createBuffer({
      size: 12 * geometry.inputWidthPx * geometry.inputHeightPx,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.#buffers = { geometry, plan, tensor };
    return this.#buffers;
  }
}

/** The shader's `Plan`, word by word. The pad value rides in the fourth word of `shift`. */
function uniformBlock(spec: PixelSpec, geometry: LetterboxGeometry): ArrayBuffer {
  const block = new ArrayBuffer(UNIFORM_WORDS * 4);
  const integers = new Uint32Array(block);
  const floats = new Float32Array(block);
  integers.set([
    geometry.inputWidthPx,
    geometry.inputHeightPx,
    geometry.contentXPx,
    geometry.contentYPx,
    geometry.contentWidthPx,
    geometry.contentHeightPx,
    geometry.prefilterPx,
  ]);
  channelPlans(spec).forEach(({ plane, scale, shift }, channel) => {
    floats[8 + channel] = scale;
    floats[12 + channel] = shift;
    integers[16 + channel] = plane;
  });
  floats[15] = spec.padValue;
  return block;
}
