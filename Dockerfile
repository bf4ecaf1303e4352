FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json rolldown.config.js ./
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:22-slim
ENV NODE_ENV=production HEX_BOT_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# The only folder that the bot writes to: everything else may be read-only.
RUN mkdir -p /data node_modules/.cache && chown node:node /data node_modules/.cache
USER node
# Without settings, the bot exits at once, but it leaves behind what Node compiled, which makes each start of the container faster.
RUN node dist/main.js 2> /dev/null || true
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the container's first process, so that it receives SIGTERM. It may need 10 seconds to stop: docker stop
# -t 15.
CMD ["node", "dist/main.js"]
