import { expect, it } from 'vitest';

it('finds a WebGPU adapter, computed by the CPU where there is no GPU', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  expect(adapter).not.toBeNull();
  const device = await adapter!.requestDevice();
  const buffer = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
  expect(buffer.size).toBe(16);
  device.destroy();
});
