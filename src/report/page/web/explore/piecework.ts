// A scene that takes long to paint is painted piece by piece, behind what is shown: a drag moves the last picture along.

import { Camera } from "./camera";
import { paint, type Job } from "./painter";

/** So many milliseconds of each frame are given to the next picture. */
const BUDGET = 9;

/** How much more than the view is painted, so that a drag does not run out of picture. */
const OVERSCAN = 1.6;

interface Picture {
  canvas: HTMLCanvasElement;
  x: number;
  y: number;
  zoom: number;
}

export class Piecework {
  private shown?: Picture;
  private making?: Picture & { steps: Generator<void> };
  /** What was painted last shows something else than there is now, not only from elsewhere. */
  private outdated = false;

  get isBusy(): boolean {
    return this.making !== undefined;
  }

  /** There is another scene. */
  forget(): void {
    this.shown = this.making = undefined;
  }

  /** The same scene looks different. */
  repaint(): void {
    this.making = undefined;
    this.outdated = true;
  }

  /** Shows what there is, moved to where the camera is now, and goes on painting what there will be. */
  show(context: CanvasRenderingContext2D, job: Job, ratio: number, moving: boolean): void {
    const deadline = performance.now() + BUDGET;
    const { camera } = job;
    if (!this.making && !this.suffices(camera, moving)) this.begin(job, ratio);
    while (this.making && performance.now() < deadline) {
      if (!this.making.steps.next().done) continue;
      this.shown = this.making;
      this.making = undefined;
      if (!this.suffices(camera, moving)) this.begin(job, ratio);
      break;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = job.ink.bg;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    const picture = this.shown;
    if (!picture) return;
    const scale = camera.zoom / picture.zoom;
    const [x, y] = camera.toView(picture.x, picture.y);
    context.setTransform(ratio * scale, 0, 0, ratio * scale, x * ratio, y * ratio);
    const [w, h] = [camera.width * OVERSCAN, camera.height * OVERSCAN];
    context.drawImage(picture.canvas, -w / 2, -h / 2, w, h);
  }

  /** Is what was painted last what the camera sees now? While it moves, painting ahead starts before the edge is reached. */
  private suffices(camera: Camera, moving: boolean): boolean {
    const { shown } = this;
    if (!shown || this.outdated || shown.zoom !== camera.zoom) return false;
    const room = ((OVERSCAN - 1) / 2) * (moving ? 0.5 : 1);
    return Math.abs(shown.x - camera.x) * camera.zoom < camera.width * room && Math.abs(shown.y - camera.y) * camera.zoom < camera.height * room;
  }

  private begin(job: Job, ratio: number): void {
    const camera = Object.assign(new Camera(), job.camera);
    camera.width *= OVERSCAN;
    camera.height *= OVERSCAN;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(camera.width * ratio);
    canvas.height = Math.round(camera.height * ratio);
    const context = canvas.getContext("2d", { alpha: false })!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.making = { steps: paint(context, { ...job, camera }), canvas, x: camera.x, y: camera.y, zoom: camera.zoom };
    this.outdated = false;
  }
}
